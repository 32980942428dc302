import { causeOf } from '../actions/problem.ts'
import { hasForeignPartition, type Table } from './catalog.ts'
import { functionRun } from './effects.ts'
import { attempt, type Server } from './server.ts'
import { namesInText } from './statement-names.ts'
import { sampleOf } from './table-source.ts'

const SAMPLED_PAGES = 300
/** A search in a text takes much longer than a comparison. */
const MOST_ROWS = { compared: 10_000, searched: 1_000 } as const
/** Where not one of the sampled rows fits, half of one is taken. */
const LEAST_FOUND = 0.5

/** A condition over the columns of one table, and the values of its parameters. */
export interface Filter {
  readonly where: string
  readonly values: readonly unknown[]
}

/**
 * Counts rows in a sample of a table's pages, where the server has no statistics: of an expression it has none before it is indexed, and
 * guesses. Nothing is run that may have effects, and the limits of the transaction hold.
 */
export class SampledRows {
  readonly #server: Server
  readonly #known = new Map<string, Promise<number>>()

  constructor(server: Server) {
    this.#server = server
  }

  /** The share of the rows that meet a condition; 1 where it cannot be counted, or not for each row. */
  shareMeeting(table: Table, { where, values }: Filter, kind: keyof typeof MOST_ROWS): Promise<number> {
    if (hasForeignPartition(table)) return Promise.resolve(1)
    const text = `SELECT pg_catalog.count(*)::text AS rows, (pg_catalog.count(*) FILTER (WHERE ${where}))::text AS met FROM ${rowsOf(table, kind)}`
    return this.#ask(
      text,
      { where: `${table.name} ${where}`, values },
      ({ rows, met }) => Math.max(met!, LEAST_FOUND) / Math.max(1, rows!),
    )
  }

  /** The share of the rows that have the value of a row, on average; 1 where it cannot be counted. */
  shareAlike(table: Table, expression: string): Promise<number> {
    if (hasForeignPartition(table)) return Promise.resolve(1)
    const text = `SELECT pg_catalog.sum(n)::text AS rows, pg_catalog.sum(n * (n - 1))::text AS alike
      FROM (SELECT pg_catalog.count(*) AS n FROM ${rowsOf(table, 'compared')} GROUP BY ${expression}) own`
    return this.#ask(text, { where: `${table.name} ${expression}`, values: [] }, ({ rows, alike }) =>
      Math.max(alike! / Math.max(1, rows! * (rows! - 1)), LEAST_FOUND / Math.max(1, table.rows)),
    )
  }

  /**
   * The share of the rows that come before the first that is wanted, in an order; 1 where none is wanted, or that cannot be counted.
   *
   * @param reading - which rows are read, in which order, and which of them are wanted
   */
  shareBefore(table: Table, { wanted, among, order }: Reading, values: readonly unknown[]): Promise<number> {
    if (hasForeignPartition(table)) return Promise.resolve(1)
    const text = `SELECT pg_catalog.count(*)::text AS rows, COALESCE(pg_catalog.min(place) FILTER (WHERE wanted) - 1, pg_catalog.count(*))::text AS before
      FROM (SELECT (${wanted}) AS wanted, pg_catalog.row_number() OVER (ORDER BY ${order}) AS place FROM (SELECT ctid, * FROM ${rowsOf(table, 'compared')}) AS own WHERE ${among}) AS seen`
    return this.#ask(text, { where: `${table.name} ${wanted} ${among} ${order}`, values }, ({ rows, before }) =>
      rows === 0 ? 1 : before! / rows!,
    )
  }

  /** @param run - what of it is the application's */
  #ask(text: string, run: Filter, read: Read): Promise<number> {
    const key = keyOfQuestion(text, run.values)
    const known = this.#known.get(key) ?? this.#count(text, run, read)
    this.#known.set(key, known)
    return known
  }

  async #count(text: string, { where, values }: Filter, read: Read): Promise<number> {
    const names = namesInText(where)
    if (names === undefined || (await functionRun(this.#server, names)) !== undefined) return 1
    try {
      const [row] = await attempt(this.#server, () => this.#server.query(text, values))
      return Math.min(1, read(Object.fromEntries(Object.entries(row!).map(([name, value]) => [name, Number(value)]))))
    } catch (error) {
      // An expression that fails for a row cannot be indexed, and one that takes too long is not known.
      if (/^(?:22|42|57014|55P03)/.test(causeOf(error).code)) return 1
      throw error
    }
  }
}

/** As in SQL. */
interface Reading {
  readonly wanted: string
  readonly among: string
  readonly order: string
}

type Read = (counts: Readonly<Record<string, number>>) => number

/** Tells questions apart whose parameters have different values. */
export function keyOfQuestion(text: string, values: readonly unknown[]): string {
  return JSON.stringify([text, values], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

function rowsOf(table: Table, kind: keyof typeof MOST_ROWS): string {
  const { source, percent } = sampleOf(table, SAMPLED_PAGES)
  const step = Math.ceil((table.rows * percent) / 100 / MOST_ROWS[kind])
  // The place of a row in its page. A part of the pages alone would be a part of the time in which rows were written.
  const rows = step > 1 ? ` WHERE (ctid::text::point)[1]::int % ${step} = 0` : ''
  return `${source}${rows}`
}
