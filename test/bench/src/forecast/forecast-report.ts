import type { ForecastRow } from './forecast-bench.ts'

interface Measure {
  readonly title: string
  readonly read: (row: ForecastRow) => number | undefined
  readonly must: number
  readonly aim: number
  readonly digits: number
  readonly lower?: true
}

const MEASURES: readonly Measure[] = [
  { title: 'BSS', read: row => row.bss, must: 0.28, aim: 0.31, digits: 3 },
  { title: 'BSS fresh', read: row => row.bssFresh, must: 0.17, aim: 0.2, digits: 3 },
  { title: 'BSS cold', read: row => row.bssCold, must: 0.12, aim: 0.15, digits: 3 },
  { title: 'AUC', read: row => row.auc, must: 0.84, aim: 0.86, digits: 3 },
  { title: 'AP', read: row => row.averagePrecision, must: 0.6, aim: 0.64, digits: 3 },
  { title: 'ECE', read: row => row.ece, must: 0.01, aim: 0.005, digits: 4, lower: true },
  { title: 'ECE cold', read: row => row.eceCold, must: 0.03, aim: 0.015, digits: 4, lower: true },
  { title: 'precision at act', read: row => row.precision, must: 0.8, aim: 0.8, digits: 3 },
  { title: 'recall at act', read: row => row.recall, must: 0.25, aim: 0.32, digits: 3 },
  { title: 'µs per probability', read: row => row.usPerProbability, must: 10, aim: 5, digits: 2, lower: true },
  { title: 'µs per observe', read: row => row.usPerObserve, must: 5, aim: 2, digits: 2, lower: true },
  { title: 'KB per series', read: row => row.kbPerSeries, must: 16, aim: 8, digits: 1, lower: true },
  { title: 'loss with 5 % dropped', read: row => row.lossDropped, must: 0.01, aim: 0.005, digits: 4, lower: true },
]

/** A measure a line: what ours has to reach, what it reached, and the others beside it. */
export function describeForecasts(rows: readonly ForecastRow[]): string {
  const [own] = rows
  const cell = (value: number | undefined, digits: number): string =>
    value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits)
  const lines = [
    ['', 'must', 'aim', ...rows.map(({ variant }) => variant), 'verdict'],
    ...MEASURES.map(({ title, read, must, aim, digits, lower }) => {
      const value = read(own!) ?? Number.NaN
      const reaches = (goal: number): boolean => (lower ? value <= goal : value >= goal)
      const verdict = reaches(aim) ? 'aim met' : reaches(must) ? 'must met' : 'not met'
      return [title, String(must), String(aim), ...rows.map(row => cell(read(row), digits)), verdict]
    }),
  ]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  const table = lines.map(line =>
    line.map((text, i) => (i === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[i]!))).join('  '),
  )
  const { path, series, tasks } = own!
  const where =
    path === 'development'
      ? `${series} series, ${tasks} tasks of the development set; ours with models of the other machines (out of fold)`
      : `${series} generated series, ${tasks} tasks: the development set is not there, and its goals do not hold here`
  return ['Probability of a crossing within 15 or 30 minutes', where, '', ...table].join('\n')
}
