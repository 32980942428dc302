import type { Steps } from '@homeostat/signals'
import { BoundedMap } from '@homeostat/signals'
import type { Measurement } from '../alerts/measurement.ts'
import { isNarrowedBy } from '../alerts/measurement.ts'
import { digestOf } from '../state/service-scope.ts'
import { plainDuration } from '../words/plain-numbers.ts'
import type { Guard } from '../words/response.ts'
import type { StateEntry, StateSection } from '../words/state-section.ts'
import { HORIZON_MS } from './guards/horizon.ts'
import { ENOUGH_SAMPLES } from './guards/level-limits.ts'
import { createQuietWindows, parseQuiet, type QuietWindows, type SavedQuiet } from './guards/quiet-windows.ts'
import { stillToLearnText } from './guards/still-to-learn.ts'
import { MAX_SERIES, type GuardReader } from './guard-reader.ts'

/** Saved windows whose series has not been seen in this process. */
const MOST_SAVED = 500
/** Longer than a window at any usual tick. */
const FORGET_AFTER_MS = 86_400_000

/**
 * Trials wait no longer than this for what a guard still has to learn: quiet time that never comes must not keep an action from
 * running for good. At slow ticks: twice the ticks that a guard needs.
 */
const LONGEST_WAIT_MS = 600_000

type Labels = Readonly<Record<string, string>>

/** What is known of one series of a guard. */
interface Learned {
  readonly labels: Labels
  /** When it was there for the first time. */
  readonly since: number
  readonly windows: QuietWindows
  /** Names it across restarts. */
  readonly digest: string
}

/** What is known of a guard. */
interface LearnedGuard {
  /** When it came into force. */
  readonly since: number
  readonly series: Map<string, Learned>
}

/**
 * The usual levels of all guards, learned while nothing is tried. They are kept across restarts, by a digest of guard and
 * series: the labels of a series are the application's own.
 */
export class QuietGuards implements StateSection<SavedQuiet> {
  readonly name: string = 'quiet-levels'
  readonly version: number = 1
  readonly forgetAfterMs: number = FORGET_AFTER_MS
  readonly #longestWaitMs: number
  readonly #waitForDataMs: number
  /** By the text of a guard, not by its object: a reload that leaves it as it was keeps what was learned. */
  readonly #quiet = new Map<string, LearnedGuard>()
  readonly #quietByGuard = new WeakMap<Guard, LearnedGuard>()
  /** The guards that were learned last: those of one program. */
  #guards: readonly Guard[] = []
  /** The windows of earlier processes for series that this one has not read yet, by digest. */
  readonly #saved = new BoundedMap<string, SavedQuiet>(MOST_SAVED)

  /** @param intervalMs - time between ticks */
  constructor(intervalMs: number) {
    const learningMs = ENOUGH_SAMPLES * intervalMs
    this.#longestWaitMs = Math.max(LONGEST_WAIT_MS, 2 * learningMs)
    // By then a guard with data would know enough.
    this.#waitForDataMs = Math.min(LONGEST_WAIT_MS, Math.max(HORIZON_MS, learningMs))
  }

  of(guard: Guard, series: string): QuietWindows | undefined {
    return this.#known(guard)?.series.get(series)?.windows
  }

  /**
   * What a guard still has to learn before a trial with these labels can rely on it, in one line. Undefined when it knows
   * enough, and when a trial has waited long enough for it.
   */
  unlearnedOf(guard: Guard, labels: Labels, now: number): string | undefined {
    const known = this.#known(guard)
    if (known === undefined) return undefined
    let isThere = false
    for (const each of known.series.values()) {
      if (!isNarrowedBy(each.labels, labels)) continue
      isThere = true
      const missing = each.windows.stillToLearn
      const waitMs = each.since + this.#longestWaitMs - now
      if (missing !== undefined && waitMs > 0) return `its guard ${guard.expr} ${stillToLearnText(missing, waitMs)}`
    }
    const waitMs = known.since + this.#waitForDataMs - now
    if (isThere || waitMs <= 0) return undefined
    return `its guard ${guard.expr} has no data; a trial begins without this guard after ${plainDuration(waitMs)}`
  }

  /** Takes up the guards of the program in force, and forgets others. */
  *use(guards: readonly Guard[], now: number): Steps<void> {
    if (guards === this.#guards) return
    const kept = new Set<string>()
    for (const guard of guards) {
      const key = keyOf(guard)
      kept.add(key)
      // A guard object that comes back with a later program still has its windows.
      const known = this.#quietByGuard.get(guard) ?? this.#quiet.get(key) ?? { since: now, series: new Map() }
      this.#quiet.set(key, known)
      this.#quietByGuard.set(guard, known)
      yield
    }
    // Without this, each edit of a rule file would add guards for ever. A trial that began with other guards keeps theirs.
    for (const key of this.#quiet.keys()) {
      if (!kept.has(key)) this.#quiet.delete(key)
      yield
    }
    this.#guards = guards
  }

  /** Takes the values of a tick, a guard at each step. */
  *learn(measurement: Measurement, reader: GuardReader, now: number): Steps<void> {
    for (const guard of this.#guards) {
      const quiet = this.#known(guard)?.series
      if (quiet === undefined) continue
      for (const { reading, denominator } of reader.read(guard, measurement).values()) {
        let learned = quiet.get(reading.key)
        if (learned === undefined) {
          if (quiet.size >= MAX_SERIES) continue
          const digest = digestOf(JSON.stringify([guard, reading.key]))
          learned = { labels: reading.labels, since: now, digest, windows: createQuietWindows(guard) }
          quiet.set(reading.key, learned)
        }
        if (this.#saved.size > 0) this.#resume(learned, now)
        learned.windows.observe(now, reading.value, denominator)
      }
      yield
    }
  }

  *snapshot(): Generator<StateEntry> {
    for (const { series } of this.#quiet.values())
      for (const { windows, digest: key } of series.values()) {
        // Windows to which this process added nothing stay as they were saved.
        if (windows.own === 0 || windows.tickMs === 0) continue
        yield { key, print: String(windows.lastAt), lines: () => [windows.toJSON()] }
      }
  }

  parse([saved]: readonly unknown[]): SavedQuiet | undefined {
    return parseQuiet(saved)
  }

  restore(digest: string, saved: SavedQuiet): void {
    this.#saved.set(digest, saved)
  }

  #resume({ windows, digest }: Learned, now: number): void {
    const saved = this.#saved.get(digest)
    if (!saved) return
    this.#saved.delete(digest)
    windows.resume(saved, now)
  }

  #known(guard: Guard): LearnedGuard | undefined {
    return this.#quietByGuard.get(guard) ?? this.#quiet.get(keyOf(guard))
  }
}

function keyOf(guard: Guard): string {
  return JSON.stringify(guard)
}
