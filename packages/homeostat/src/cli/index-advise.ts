import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { adviseOnRecorded, RecordUnreadableError, type RecordedAdvice } from '@homeostat/pg/advice'
import { checkGivenPath } from './given-path.ts'
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
      ...(from !== STATISTICS && { log: logOf(from, stop.signal) }),
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
  if (url !== undefined && url !== '') return { connectionString: url }
  if (['PGHOST', 'PGDATABASE', 'PGSERVICE'].some(name => process.env[name])) return {}
  throw new WrongCallError("name the database: '--database', DATABASE_URL, or PGHOST and PGDATABASE")
}

function logOf(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (path === '-') return addAbortSignal(signal, process.stdin)
  checkGivenPath(path, 'source')
  return createReadStream(path, { highWaterMark: 262_144, signal })
}
