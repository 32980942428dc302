import { adviseOnRecorded, RecordUnreadableError, type RecordedAdvice } from '@homeostat/pg/advice'
import { logSource } from './log-source.ts'
import type { CommandOutput, ExitCode } from './output.ts'
import { indexAdviceLines, indexAdviceSql } from './index-advice-text.ts'
import { progressTo } from './progress.ts'
import { WrongCallError } from './wrong-call-error.ts'

const STATISTICS = 'pg_stat_statements'

/** What is examined, and how it is shown. */
export interface IndexAdviseCall {
  readonly from: string
  readonly database: string | undefined
  readonly schemas: readonly string[]
  readonly limit: number | undefined
  readonly format: 'text' | 'json' | 'sql'
}

/** Examines and prints the result. */
export async function runIndexAdvise(call: IndexAdviseCall, output: CommandOutput): Promise<ExitCode> {
  const { from, schemas, limit, format } = call
  const stop = new AbortController()
  const onInterrupt = (): void => stop.abort()
  // Once: a second one ends the process, should this one take long.
  process.once('SIGINT', onInterrupt)
  try {
    const advice = await adviseOnRecorded({
      connection: connectionOf(call.database),
      schemas,
      signal: stop.signal,
      onProgress: progressTo(output),
      ...(limit !== undefined && { limit }),
      ...(from !== STATISTICS && { log: logSource(from, stop.signal) }),
    })
    print(advice, format, from === STATISTICS ? STATISTICS : 'the log', output)
    if (isBlind(advice)) return 2
    return advice.indexes.length > 0 ? 1 : 0
  } catch (error) {
    if (error instanceof RecordUnreadableError) throw new WrongCallError(error.message)
    throw error
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

/** Nobody knows whether an index is missing: nothing was examined. */
function isBlind({ examined, isStopped }: RecordedAdvice): boolean {
  return !isStopped && examined === 0
}

function print(advice: RecordedAdvice, format: IndexAdviseCall['format'], source: string, output: CommandOutput): void {
  if (format === 'json') output.out(JSON.stringify(advice))
  else if (format === 'text') for (const line of indexAdviceLines(advice, source)) output.out(line)
  else {
    for (const line of indexAdviceSql(advice)) output.out(line)
    for (const problem of advice.problems) output.error(problem)
  }
}

/** pg reads PGHOST and its kin by itself, and would take a database of this machine without any. */
function connectionOf(given: string | undefined): Readonly<Record<string, unknown>> {
  const url = given ?? process.env['DATABASE_URL']
  if (url !== undefined && url !== '') {
    checkIsAddress(url, given === undefined ? 'DATABASE_URL' : "'--database'")
    return { connectionString: url }
  }
  if (['PGHOST', 'PGDATABASE', 'PGSERVICE'].some(name => process.env[name])) return {}
  throw new WrongCallError("name the database: '--database', DATABASE_URL, or PGHOST and PGDATABASE")
}

/** The value may hold a password, and is not shown. pg would take a word for the name of a database on a host called "base". */
function checkIsAddress(url: string, name: string): void {
  if (url.startsWith('/') || url.startsWith('socket:')) return
  const isPostgres = /^postgres(?:ql)?:\/\//i.test(url)
  if (isPostgres && URL.canParse(url)) return
  const why = isPostgres
    ? 'cannot be read as an address: write special characters of user and password as %XX'
    : 'is not an address of a Postgres database, such as postgres://USER@HOST:5432/NAME'
  throw new WrongCallError(`${name} ${why}`)
}
