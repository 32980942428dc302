import { counted } from '@homeostat/signals'
import { isExplainable } from '../../indexes/explain.ts'
import type { Origin } from '../../signals/origin.ts'
import { OWN_STATEMENT } from '../../signals/own-statement.ts'
import { summarize } from '../../signals/query-summary.ts'
import type { Settings } from '../../signals/session-settings.ts'
import { SlowStatements } from '../../signals/slow-statements.ts'
import { namesTable } from '../named-tables.ts'
import type { StatementRecord } from '../statement-record.ts'
import { entriesOf } from './entries.ts'
import { loggedRun } from './logged-run.ts'
import { linesOf } from './text-lines.ts'

const MOST_STATEMENTS = 2_000

/** Where the statements of a log are explained. */
export interface LogReading {
  readonly origin: Origin
  readonly settings: Settings
  /** Statements of other databases are passed over, where the log names them. */
  readonly database: string
  readonly signal: AbortSignal
  /** Called with the bytes that were read so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/** Reads the durations of a server's log, in any of its formats, however long it is. */
export async function readLog(pieces: AsyncIterable<Uint8Array>, reading: LogReading): Promise<StatementRecord> {
  const { origin, settings, database, signal } = reading
  const known = new SlowStatements(MOST_STATEMENTS)
  const passed = { plan: 0, 'no statement': 0, 'other database': 0 }
  let runs = 0
  let passedOver = 0
  for await (const entry of entriesOf(linesOf(measured(pieces, reading)))) {
    const run = loggedRun(entry)
    if (run === undefined) continue
    if (typeof run === 'string') passed[run]++
    else if (entry.database !== undefined && entry.database !== database) passed['other database']++
    else if (!run.text.startsWith(OWN_STATEMENT)) {
      runs++
      const summary = summarize(run.text)
      if (!isExplainable(run.text)) continue
      if (namesTable(summary)) known.add({ ...run, summary, origin, settings }, Date.now())
      else passedOver++
    }
    if (signal.aborted) break
  }
  const statements = known.top(Infinity, -Infinity)
  known.clear()
  return { statements, passedOver, problems: problemsOf(runs, passed) }
}

async function* measured(
  pieces: AsyncIterable<Uint8Array>,
  { signal, onProgress }: LogReading,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const piece of pieces) {
      bytes += piece.length
      onProgress?.(bytes)
      yield piece
    }
  } catch (error) {
    // What the signal has closed has ended.
    if (!signal.aborted) throw error
  }
}

function problemsOf(
  runs: number,
  passed: { readonly [Reason in 'plan' | 'no statement' | 'other database']: number },
): readonly string[] {
  const { plan, 'no statement': without, 'other database': other } = passed
  const isAbout = runs + plan + without + other > 0
  return [
    ...(isAbout
      ? []
      : [
          "the log has no line with a duration: is it a log of the server, and log_min_duration_statement set? Is it in another language? Set lc_messages = 'C'",
        ]),
    ...(isAbout && runs === 0
      ? ['the log has no statement of this database with its duration: set log_min_duration_statement']
      : []),
    ...(without > 0
      ? [
          `passed over ${counted(without, 'duration')} without a statement: log_min_duration_statement logs both, log_duration does not`,
        ]
      : []),
    ...(plan > 0
      ? [
          `passed over ${counted(plan, 'plan')} of auto_explain: only statements that log_min_duration_statement logs are examined`,
        ]
      : []),
    ...(other > 0 ? [`passed over ${counted(other, 'statement')} of other databases`] : []),
  ]
}
