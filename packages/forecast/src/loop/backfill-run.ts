import { partsOf } from '@homeostat/prometheus'
import { sleep, timeoutSignal } from '@homeostat/signals'
import { BackfillError, BackfillTimeoutError } from './backfill-error.ts'
import { backfillSettings, type BackfillOptions, type BackfillSettings } from './backfill-options.ts'
import { translateFor } from './backfill-translation.ts'
import type { BackfillOutcome, BackfillRebuild, BackfillResult, BackfillWork } from './backfill-work.ts'
import { isForAll, isPassing, PatientServer } from './patient-server.ts'

type Target = BackfillWork['targets'][number]

const DAY_MS = 86_400_000
/** A target with a day of its own observations is not backfilled: only these are known to be free of our own actions. */
const ENOUGH_KNOWN_MS = DAY_MS
/** A day of minutes, some 40 KB: they are read in a fraction of a millisecond. */
const POINTS_A_REQUEST = 1440
/** For how long the event loop is held, give or take a few samples. */
const SLICE_MS = 1.5
const SAMPLES_A_LOOK = 8

/** Everything from the first request to the last sample; never rejects. */
export async function runBackfill(
  options: BackfillOptions,
  work: BackfillWork,
  stop: AbortSignal,
): Promise<readonly BackfillResult[]> {
  try {
    return await new BackfillRun(backfillSettings(options), work, stop).run()
  } catch (error) {
    const names = work.targets.map(({ name }) => name)
    work.onFault(new BackfillError(names, error))
    return names.map(name => resultOf(name, 'failed'))
  }
}

class BackfillRun {
  readonly #settings: BackfillSettings
  readonly #work: BackfillWork
  readonly #stop: AbortSignal
  readonly #late: AbortSignal
  readonly #signal: AbortSignal
  readonly #server: PatientServer
  /** Those that are neither finished nor cancelled. */
  readonly #open = new Map<string, BackfillRebuild>()

  constructor(settings: BackfillSettings, work: BackfillWork, stop: AbortSignal) {
    this.#settings = settings
    this.#work = work
    this.#stop = stop
    this.#late = timeoutSignal(settings.totalTimeoutMs)
    this.#signal = AbortSignal.any([stop, this.#late])
    this.#server = new PatientServer({ ...settings, pausesMs: work.pausesMs, signal: this.#signal })
  }

  async run(): Promise<BackfillResult[]> {
    const { targets } = this.#work
    const isKnown = ({ name }: Target): boolean => this.#knownMs(name) > ENOUGH_KNOWN_MS
    try {
      const wanted = targets.filter(target => !isKnown(target))
      // All at once, so that no live sample is lost while a target waits for its turn.
      for (const { name } of wanted) this.#open.set(name, this.#work.rebuild(name))
      const known = targets.filter(isKnown).map(({ name }) => resultOf(name, 'known'))
      return [...known, ...(await this.#fillAll(wanted))]
    } finally {
      for (const rebuild of this.#open.values()) rebuild.cancel()
    }
  }

  async #fillAll(targets: readonly Target[]): Promise<BackfillResult[]> {
    const results: BackfillResult[] = []
    let wasDown = false
    for (const [index, target] of targets.entries()) {
      try {
        results.push(await this.#fill(target))
        wasDown = false
      } catch (error) {
        const rest = targets.slice(index).map(({ name }) => name)
        if (this.#stop.aborted) return [...results, ...rest.map(name => resultOf(name, 'stopped'))]
        // A second time in a row it is not the question that a server breaks down at.
        const isOver = this.#late.aborted || isForAll(error) || (wasDown && isPassing(error))
        const failed = isOver ? rest : [target.name]
        this.#work.onFault(new BackfillError(failed, this.#late.aborted ? this.#tooLate() : error))
        results.push(...failed.map(name => resultOf(name, 'failed')))
        if (isOver) return results
        wasDown = isPassing(error)
      }
    }
    return results
  }

  async #fill({ name, expr }: Target): Promise<BackfillResult> {
    const rebuild = this.#open.get(name)!
    try {
      const { labels, stepMs, days } = this.#settings
      // Whole steps, so that the same question gets the same answer, from a cache as well.
      const endMs = Math.floor((this.#work.now - 1) / stepMs) * stepMs
      const startMs = Math.ceil((endMs - days * DAY_MS) / stepMs) * stepMs
      const query = await translateFor(this.#server, { expr, labels, startMs, endMs })
      if (query === undefined) return this.#close(name, 'absent', 0)
      let samples = 0
      for (const part of partsOf({ startMs, endMs, stepMs }, POINTS_A_REQUEST)) {
        const [series] = await this.#server.part({ query, stepMs, ...part })
        samples += await this.#feed(rebuild, series?.samples ?? [])
      }
      if (samples === 0) return this.#close(name, 'absent', 0)
      // A saved state that has seen more is worth more.
      const outcome = samples * stepMs > this.#knownMs(name) ? 'filled' : 'known'
      return this.#close(name, outcome, samples)
    } catch (error) {
      if (this.#open.has(name)) this.#close(name, 'failed', 0)
      throw error
    }
  }

  async #feed(rebuild: BackfillRebuild, samples: readonly (readonly [ms: number, value: number])[]): Promise<number> {
    let began = performance.now()
    let fed = 0
    for (const [ms, value] of samples) {
      // Nothing divided by nothing is a gap.
      if (!Number.isFinite(value)) continue
      rebuild.observe(ms, value)
      if (++fed % SAMPLES_A_LOOK !== 0 || performance.now() - began < SLICE_MS) continue
      // An immediate that keeps no process alive wakes nobody up either: a timer does.
      await sleep(1, { signal: this.#signal })
      began = performance.now()
    }
    return fed
  }

  #close(name: string, outcome: BackfillOutcome, samples: number): BackfillResult {
    const rebuild = this.#open.get(name)!
    this.#open.delete(name)
    if (outcome === 'filled') rebuild.finish()
    else rebuild.cancel()
    return resultOf(name, outcome, outcome === 'filled' ? samples : 0)
  }

  #knownMs(name: string): number {
    return this.#work.knownMs?.(name) ?? 0
  }

  #tooLate(): Error {
    return new BackfillTimeoutError(this.#settings.totalTimeoutMs)
  }
}

function resultOf(target: string, outcome: BackfillOutcome, samples: number = 0): BackfillResult {
  return { target, outcome, samples }
}
