import type { Bench } from './benches.ts'
import { judgeGoals } from './goal-verdict.ts'
import type { Row } from './rows.ts'

/** Fewer differences than this and their range says little about the next one. */
const ENOUGH_ROUNDS = 5

/** The rows as readable tables, one a path, and what became of each goal. */
export function describeRun(bench: Bench, rows: readonly Row[], rounds: number): string {
  const paths = [...new Set(rows.map(({ path }) => path))]
  const lines = [
    bench.title,
    `CPU of all threads per ${bench.operation}, median of ${rounds} interleaved rounds; added = ${bench.takesTurns ? 'median of the differences to bare of neighbouring blocks, with its interval of 95 %' : 'range of paired differences to bare'}`,
    ...bench.variants.map(({ name, description }) => `  ${name.padEnd(12)} ${description}`),
    ...paths.flatMap(path => ['', path, ...table(rows.filter(row => row.path === path))]),
    '',
    ...judgeGoals(bench, rows).map(({ line }) => line),
  ]
  if (rounds < ENOUGH_ROUNDS) lines.push(`${rounds} of at least ${ENOUGH_ROUNDS} rounds: too few to trust a range`)
  return lines.join('\n')
}

function table(rows: readonly Row[]): string[] {
  const hasBytes = rows.some(({ bytesPerOp }) => bytesPerOp !== undefined)
  const cells = [
    ['variant', 'ns', 'added', '[min', 'max]', 'of bare', 'of peer', 'resolved', ...(hasBytes ? ['bytes'] : [])],
    ...rows.map(row => [
      row.variant,
      decimal(row.nsPerOp),
      decimal(row.addedNs[1]),
      `[${decimal(row.addedNs[0])}`,
      `${decimal(row.addedNs[2])}]`,
      `x${row.ratioToBare.toFixed(2)}`,
      row.ratioToPeer.value === null ? '-' : row.ratioToPeer.value.toFixed(3),
      row.resolved ? 'yes' : 'no',
      ...(hasBytes ? [String(row.bytesPerOp)] : []),
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(line => line[column]!.length)))
  return cells.map(line =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  )
}

function decimal(value: number): string {
  return Math.abs(value) < 100 ? value.toFixed(1) : Math.round(value).toString()
}
