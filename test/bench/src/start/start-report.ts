import type { Spread } from '../statistics.ts'
import type { StartRow } from './start-bench.ts'

/** Fewer rounds than this and their range says little about the next one. */
const ENOUGH_ROUNDS = 5

/** The rows as a table, each with its goal and whether the median meets it. */
export function describeStart(rows: readonly StartRow[], rounds: number): string {
  const cells = [
    ['', 'NodeSDK', '[min', 'max]', 'added', '[min', 'max]', 'of NodeSDK', 'goal', ''],
    ...rows.map(row => [
      `${row.figure}, ${row.unit}`,
      ...spreadCells(row.sdk),
      ...spreadCells(row.added),
      percent(row.added[1] / row.sdk[1]),
      ...goalCells(row),
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(line => line[column]!.length)))
  const lines = cells.map(line =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  )
  return [
    'What homeostat() adds to the start of an application with NodeSDK and PrometheusExporter',
    `Medians and ranges of ${rounds} rounds; imports within one process, memory after a few ticks as differences within a round`,
    '',
    ...lines.map(line => line.trimEnd()),
    ...(rounds < ENOUGH_ROUNDS ? [`${rounds} of at least ${ENOUGH_ROUNDS} rounds: too few to trust a range`] : []),
  ].join('\n')
}

/** Whether the median of a row meets its goal; undefined without one. */
export function meetsGoal({ sdk, added, atMost, atMostOfSdk }: StartRow): boolean | undefined {
  if (atMostOfSdk !== undefined) return added[1] <= atMostOfSdk * sdk[1]
  return atMost === undefined ? undefined : added[1] <= atMost
}

function goalCells(row: StartRow): [goal: string, verdict: string] {
  const isMet = meetsGoal(row)
  if (isMet === undefined) return ['', '']
  const goal = row.atMostOfSdk === undefined ? `${row.atMost} ${row.unit}` : percent(row.atMostOfSdk)
  return [`at most ${goal}`, isMet ? 'met' : 'not met']
}

function spreadCells([min, median, max]: Spread): string[] {
  return [median.toFixed(1), `[${min.toFixed(1)}`, `${max.toFixed(1)}]`]
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
