import type { Spread } from '../statistics.ts'
import type { ServerRow, ServerVariant } from './server-bench.ts'

/** Of fewer rounds no interval covers the true median with 95 %. */
const ENOUGH_ROUNDS = 6

const DESCRIPTIONS: Readonly<Record<ServerVariant, string>> = {
  bare: 'Fastify alone',
  ours: 'with the domain http: signals by route, network, load shedding registered and watching',
  'bare-compress': 'Fastify with @fastify/compress',
  'ours-compress': 'ours, and the adapter for @fastify/compress in its place; clients take no coding',
}

/** The rows as a table, and whether each goal is met. */
export function describeServer(rows: readonly ServerRow[], rounds: number): string {
  return [
    'One request to a Fastify application: GET /users/:id, JSON, over 8 connections that stay open; on each',
    'a client waits for its answer, or sends 4 requests at a time (pipelined)',
    `CPU of all threads of the server; ratios of paired blocks; median of ${rounds} rounds of fresh processes, with its interval of 95 %`,
    ...Object.entries(DESCRIPTIONS).map(([variant, text]) => `  ${variant.padEnd(14)} ${text}`),
    '',
    ...table(rows),
    '',
    ...rows.flatMap(row => goalLine(row) ?? []),
    ...(rounds < ENOUGH_ROUNDS ? [`${rounds} of at least ${ENOUGH_ROUNDS} rounds: too few to trust an interval`] : []),
  ].join('\n')
}

function table(rows: readonly ServerRow[]): string[] {
  const cells = [
    ['path', 'variant', 'us', '[min', 'max]', 'ratio', '[min', 'max]', 'to'],
    ...rows.map(({ path, variant, usPerRequest, ratio, comparedWith }) => [
      path,
      variant,
      ...spreadCells(usPerRequest, 1),
      ...(ratio === undefined ? ['', '', ''] : spreadCells(ratio, 3)),
      comparedWith ?? '',
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map(line => line[column]!.length)))
  return cells.map(line =>
    line
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

/** Whether a row meets its goal; undefined without one. The whole interval has to: a median alone may be luck. */
export function meetsServerGoal({ ratio, atMost }: ServerRow): boolean | undefined {
  return ratio === undefined || atMost === undefined ? undefined : ratio[2] <= atMost
}

function goalLine(row: ServerRow): string | undefined {
  const isMet = meetsServerGoal(row)
  if (isMet === undefined) return undefined
  const { path, variant, comparedWith, ratio, atMost } = row
  const [least, middle, most] = ratio!.map(percentAbove)
  const goal = `goal: at most ${percentAbove(atMost!)} over ${comparedWith}`
  // Where the interval is on both sides of the goal, the run does not decide.
  const verdict = isMet ? 'met' : ratio![0] > atMost! ? 'not met' : 'not resolved'
  return `${variant}, ${path}: ${goal}: ${middle} [${least}, ${most}], ${verdict}`
}

function percentAbove(ratio: number): string {
  return `${((ratio - 1) * 100).toFixed(1)} %`
}

function spreadCells([min, middle, max]: Spread, digits: number): string[] {
  return [middle.toFixed(digits), `[${min.toFixed(digits)}`, `${max.toFixed(digits)}]`]
}
