import { nextTurn as settle, Registry } from '@homeostat/signals'
import type { RuleSource } from '@homeostat/promql'
import { Optimizer, type Action, type ProgramSource, type Response, type Snapshot } from '@homeostat/optimizer'
import type { BacktestResult } from './result.ts'
import { RecordedReader } from './recorded-reader.ts'
import type { BacktestSource } from './source.ts'
import { Tally } from './tally.ts'

/** Options of `backtest()`. */
export interface BacktestOptions {
  readonly source: BacktestSource
  /** One or more sets of rules and responses, side by side over the same signals. */
  readonly programs: readonly ProgramSource[]
  /** Rules are evaluated from here on; what comes before only fills their windows. @default the first snapshot */
  readonly startMs?: number
  /** @default the last snapshot */
  readonly endMs?: number
  /** Receives the time of the signals now and then. @default nothing is reported */
  readonly onProgress?: (atMs: number) => void
}

const PROGRESS_EVERY = 500

/**
 * Replays recorded signals against rules and responses through the loop itself: what fires, what would be done, how often
 * alerts come and go. One result for each program.
 *
 * Nothing is done, so nothing gets better: each action counts as run, takes its settling, its window and its cooldown, and is
 * never withheld nor judged. Guards are left out, because they watch what an action does.
 *
 * @example
 * ```ts
 * const [result] = await backtest({ source: await openRecording('monday.ndjson'), programs: [{ rules, responses }] })
 * ```
 */
export async function backtest(options: BacktestOptions): Promise<BacktestResult[]> {
  const { source, programs, startMs = -Infinity, endMs = Infinity, onProgress } = options
  const replays = programs.map(program => new Replay(source, program))
  let played = 0
  for await (const snapshot of source.snapshots()) {
    if (snapshot.at > endMs) break
    for (const replay of replays) await replay.play(snapshot, snapshot.at >= startMs)
    if (++played % PROGRESS_EVERY === 0) onProgress?.(snapshot.at)
  }
  return Promise.all(replays.map(replay => replay.end()))
}

/** One program over the snapshots. */
class Replay {
  readonly #reader: RecordedReader
  readonly #optimizer: Optimizer
  readonly #tally: Tally
  #now = 0

  constructor(source: BacktestSource, { rules, responses }: ProgramSource) {
    const clock = (): number => this.#now
    const engine = new Registry({ scope: { name: 'backtest' }, clock })
    this.#reader = new RecordedReader(source.ownScopes)
    this.#optimizer = new Optimizer({
      registries: [engine],
      reader: this.#reader,
      rules,
      responses: responses.map(unproven),
      actions: [...new Set(responses.map(({ action }) => action))].map(placeholder),
      modeOf: () => 'act',
      // The recorded process had its warm-up when it started.
      warmUpMs: 0,
      intervalMs: source.intervalMs,
      environment: {},
      clock,
      random: () => 0.5,
    })
    this.#tally = new Tally(rules.flatMap(namesOf), source.intervalMs)
  }

  async play(snapshot: Snapshot, isEvaluated: boolean): Promise<void> {
    this.#now = snapshot.at
    this.#reader.play(snapshot)
    if (!isEvaluated) return this.#optimizer.refresh(snapshot.at)
    const entry = this.#optimizer.tick(snapshot.at)
    this.#tally.add(entry)
    // The end of an action is a promise away.
    if (entry.started.length > 0) await settle()
  }

  async end(): Promise<BacktestResult> {
    const rejected = this.#optimizer.rules.rejected.map(({ message }) => message)
    const { series } = this.#optimizer.store.stats
    await this.#optimizer.stop()
    return { ...this.#tally.result(), rejected, series }
  }
}

/** Never withheld and never judged: the recorded signals show nothing of what an action would have done. */
function unproven({ guards: _, ...response }: Response): Response {
  return { ...response, withhold: false }
}

function placeholder(name: string): Action {
  return {
    name,
    scope: 'process',
    // Only its package knows which resources it touches, but two of its own runs never overlap.
    touches: [name],
    raises: [],
    lowers: [],
    risk: 0,
    run: async () => ({ summary: 'would run', effects: { runs: 1 } }),
  }
}

function namesOf(source: RuleSource): string[] {
  if ('rules' in source) return source.rules.flatMap(namesOf)
  return 'alert' in source ? [source.alert] : []
}
