import { ownMessage } from '@homeostat/signals'
import { DedicatedClient } from '../actions/dedicated-client.ts'
import { OPTIMIZE_DEFAULTS } from '../actions/optimize-defaults.ts'
import { describeProblem, type Cures } from '../actions/problem.ts'
import { RecordUnreadableError } from '../errors.ts'
import { loadGrammar, type Grammar } from '../grammar.ts'
import { examine } from '../indexes/examination.ts'
import type { Finding } from '../indexes/finding.ts'
import { quoteIdentifier } from '../indexes/print.ts'
import { readSent } from '../indexes/sent-statement.ts'
import type { ConnectionOptions } from '../signals/driver.ts'
import type { Origin } from '../signals/origin.ts'
import { NO_SETTINGS } from '../signals/session-settings.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { loadClientClass } from './driver.ts'
import { readLog } from './log/read-log.ts'
import type { MissingIndex } from './missing-index.ts'
import { missingIndexes } from './missing-indexes.ts'
import { parameterTypes } from './parameter-types.ts'
import type { StatementRecord } from './statement-record.ts'
import { sampledValues } from './sampled-values.ts'
import { readStatStatements } from './stat-statements.ts'

/** Where recorded statements come from, and which are examined. */
export interface RecordedAdviceOptions {
  /** The bytes of a server's log, in any of its formats; otherwise what the extension pg_stat_statements has counted. @default pg_stat_statements */
  readonly log?: AsyncIterable<Uint8Array>
  /** Options of a client of pg. @default pg reads the environment */
  readonly connection?: ConnectionOptions
  /** Only tables of these schemas get indexes, and names without a schema are looked up in them. @default all, and the search_path of the user */
  readonly schemas?: readonly string[]
  /** Most statements examined, those with the most time in total. @default 50 */
  readonly limit?: number
  /** Ends the examination early, with what was found by then. @default never */
  readonly signal?: AbortSignal
  /** Called with what has been done so far, in words; often. @default nothing is called */
  readonly onProgress?: (line: string) => void
}

/** What recorded statements lack. */
export interface RecordedAdvice {
  /** Statements in the record that can be explained, and those that were. */
  readonly recorded: number
  readonly examined: number
  /** Those that name no table, or tables of the server: runs in a log, statements of pg_stat_statements. */
  readonly passedOver: number
  readonly isStopped: boolean
  readonly indexes: readonly MissingIndex[]
  readonly problems: readonly string[]
}

const USUAL_LIMIT = 50
const MIB = 2 ** 20
const NO_GRAMMAR =
  'without the package libpg-query, only comparisons of columns in sequential scans are read: install it for the other indexes'

/**
 * Finds the indexes that recorded statements lack, for a database whose application does not run Homeostat. It only ever plans, in
 * transactions that cannot write.
 *
 * @throws RecordUnreadableError where the database cannot be asked, or has no record, and where the log cannot be read
 */
export async function adviseOnRecorded(options: RecordedAdviceOptions = {}): Promise<RecordedAdvice> {
  const { connection = {}, schemas = [], limit = USUAL_LIMIT, onProgress = () => {} } = options
  const signal = options.signal ?? new AbortController().signal
  const origin: Origin = { address: 'the database', Client: loadClientClass(), connectionOptions: () => connection }
  const settings = schemas.length === 0 ? NO_SETTINGS : { search_path: schemas.map(quoteIdentifier).join(', ') }
  // Loaded before the log is read, so that a wrong password does not show at its end.
  const client = await DedicatedClient.connect(origin, signal, () => {}).catch(refuse)
  await using _ = { [Symbol.asyncDispose]: () => client.close() }
  const missing = await missingSchemas(client, schemas).catch(refuse)
  if (missing.length > 0) throw new RecordUnreadableError(`the database has no schema ${missing.join(', ')}`)
  const grammar = await loadGrammar()
  const read = (): Promise<StatementRecord> =>
    client.inReadOnlyTransaction(() => readStatStatements(client, origin, settings))
  const record = await (options.log === undefined
    ? read().catch(refuse)
    : readLog(options.log, {
        origin,
        settings,
        database: await databaseName(client),
        signal,
        onProgress: bytes => onProgress(`read ${(bytes / MIB).toFixed(0)} MiB of the log`),
      }).catch(refuseLog))
  return await new Recorded(client, grammar, new Set(schemas), record).examine(limit, signal, onProgress)
}

/** The errors of values that are taken in the place of those that are gone. */
const WITHOUT_VALUES =
  'its values are not recorded, and others in their place do not fit: read the log of the server, which has them'
const CURES: Cures = Object.fromEntries(
  ['22P02', '22007', '22008', '22023', '42725', '42P08', '42P18', '42883', '42804'].map(code => [code, WITHOUT_VALUES]),
)

class Recorded {
  readonly #client: DedicatedClient
  readonly #grammar: Grammar | undefined
  readonly #schemas: ReadonlySet<string>
  readonly #record: StatementRecord
  /** Those whose values are not known. */
  readonly #guessed = new Set<SlowStatement>()
  readonly #findings: Finding[] = []
  readonly #problems: string[]

  constructor(
    client: DedicatedClient,
    grammar: Grammar | undefined,
    schemas: ReadonlySet<string>,
    record: StatementRecord,
  ) {
    this.#client = client
    this.#grammar = grammar
    this.#schemas = schemas
    this.#record = record
    this.#problems = [...record.problems, ...(grammar === undefined ? [NO_GRAMMAR] : [])]
  }

  async examine(limit: number, signal: AbortSignal, onProgress: (line: string) => void): Promise<RecordedAdvice> {
    const { statements, passedOver } = this.#record
    const chosen = statements.slice(0, limit)
    let examined = 0
    for (const [at, statement] of chosen.entries()) {
      if (signal.aborted) break
      onProgress(`examined ${at} of ${chosen.length} statements`)
      if (await this.#examine(statement, signal)) examined++
    }
    return {
      recorded: statements.length,
      examined,
      passedOver,
      isStopped: signal.aborted,
      indexes: missingIndexes(this.#findings, this.#guessed),
      problems: [...new Set(this.#problems)],
    }
  }

  async #examine(statement: SlowStatement, signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#client.inReadOnlyTransaction(async () => {
        const { minTableRows, maxSelectivity } = OPTIMIZE_DEFAULTS
        const recorded = await this.#withValues(statement)
        const found = await examine(this.#client, recorded, { minTableRows, maxSelectivity }, this.#grammar)
        this.#findings.push(...found.findings.filter(({ definition }) => this.#isAsked(definition.table.schema)))
        this.#problems.push(...found.problems)
        return found.plan !== undefined
      })
    } catch (error) {
      const cures = statement.bindValues.length === 0 ? CURES : {}
      if (!signal.aborted) this.#problems.push(describeProblem(statement.summary, error, cures))
      return false
    }
  }

  #isAsked(schema: string): boolean {
    return this.#schemas.size === 0 || this.#schemas.has(schema)
  }

  async #withValues(statement: SlowStatement): Promise<SlowStatement> {
    const { tree, suspect } = await readSent(this.#client, statement, this.#grammar)
    // Not even prepared: `examine` says why.
    if (suspect !== undefined) return statement
    const types = await parameterTypes(this.#client, statement.text)
    if (types.length === 0) return { ...statement, bindValues: [[]] }
    const known = statement.bindValues.filter(values => values.length === types.length)
    if (known.length > 0) return { ...statement, bindValues: known }
    const isRead = tree !== undefined && this.#grammar !== undefined
    const sampled = isRead ? await sampledValues(this.#client, types, tree, this.#grammar) : undefined
    const guessed = { ...statement, bindValues: sampled ?? [] }
    this.#guessed.add(guessed)
    return guessed
  }
}

async function missingSchemas(client: DedicatedClient, schemas: readonly string[]): Promise<readonly string[]> {
  if (schemas.length === 0) return []
  const rows = await client.query('SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname = ANY($1)', [
    schemas,
  ])
  const found = new Set(rows.map(({ name }) => String(name)))
  return schemas.filter(name => !found.has(name))
}

async function databaseName(client: DedicatedClient): Promise<string> {
  const [row] = await client.query('SELECT pg_catalog.current_database()::text AS name').catch(refuse)
  return String(row?.['name'])
}

function refuseLog(error: unknown): never {
  // Our own words, about what was found instead of a log.
  const reason = ownMessage(error) ?? describeProblem('the log cannot be read', error)
  throw new RecordUnreadableError(reason, { cause: error })
}

function refuse(error: unknown): never {
  if (error instanceof RecordUnreadableError) throw error
  throw new RecordUnreadableError(describeProblem('the database cannot be asked', error), { cause: error })
}
