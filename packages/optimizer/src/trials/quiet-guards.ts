import type { Steps } from '@homeostat/signals'
import { BoundedMap } from '@homeostat/signals'
import type { Measurement } from '../alerts/measurement.ts'
import { digestOf } from '../state/service-scope.ts'
import type { Guard } from '../words/response.ts'
import type { StateEntry, StateSection } from '../words/state-section.ts'
import { createQuietWindows, parseQuiet, type QuietWindows, type SavedQuiet } from './guards/quiet-windows.ts'
import { MAX_SERIES, type GuardReader } from './guard-reader.ts'

/** Saved windows whose series has not been seen in this process. */
const MOST_SAVED = 500
/** Longer than a window at any usual tick. */
const FORGET_AFTER_MS = 86_400_000

/** What is known of one series of a guard. */
interface Learned {
  readonly windows: QuietWindows
  /** Names it across restarts. */
  readonly digest: string
}

/**
 * The usual levels of all guards, learned while nothing is tried. They are kept across restarts, by a digest of guard and
 * series: the labels of a series are the application's own.
 */
export class QuietGuards implements StateSection<SavedQuiet> {
  readonly name: string = 'quiet-levels'
  readonly version: number = 1
  readonly forgetAfterMs: number = FORGET_AFTER_MS
  /** By the text of a guard, not by its object: a reload that leaves it as it was keeps what was learned. */
  readonly #quiet = new Map<string, Map<string, Learned>>()
  readonly #quietByGuard = new WeakMap<Guard, Map<string, Learned>>()
  /** The guards that were learned last: those of one program. */
  #guards: readonly Guard[] = []
  /** The windows of earlier processes for series that this one has not read yet, by digest. */
  readonly #saved = new BoundedMap<string, SavedQuiet>(MOST_SAVED)

  of(guard: Guard, series: string): QuietWindows | undefined {
    return (this.#quietByGuard.get(guard) ?? this.#quiet.get(keyOf(guard)))?.get(series)?.windows
  }

  /**
   * Takes the values of a tick, a guard at each step.
   *
   * @param guards - those of the program in force; others are forgotten
   */
  *learn(guards: readonly Guard[], measurement: Measurement, reader: GuardReader, now: number): Steps<void> {
    if (guards !== this.#guards) yield* this.#forgetOthers(guards)
    for (const guard of guards) {
      const quiet = this.#of(guard)
      for (const { reading, denominator } of reader.read(guard, measurement).values()) {
        let learned = quiet.get(reading.key)
        if (learned === undefined) {
          if (quiet.size >= MAX_SERIES) continue
          const digest = digestOf(JSON.stringify([guard, reading.key]))
          quiet.set(reading.key, (learned = { digest, windows: createQuietWindows(guard) }))
        }
        if (this.#saved.size > 0) this.#resume(learned, now)
        learned.windows.observe(now, reading.value, denominator)
      }
      yield
    }
  }

  *snapshot(): Generator<StateEntry> {
    for (const quiet of this.#quiet.values())
      for (const { windows, digest: key } of quiet.values()) {
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

  /** Without this, each edit of a rule file would add guards for ever. A trial that began with other guards keeps theirs. */
  *#forgetOthers(guards: readonly Guard[]): Steps<void> {
    const kept = new Set<string>()
    for (const guard of guards) {
      const key = keyOf(guard)
      kept.add(key)
      // A guard object that comes back with a later program still has its windows.
      const known = this.#quietByGuard.get(guard)
      if (known && !this.#quiet.has(key)) this.#quiet.set(key, known)
      yield
    }
    for (const key of this.#quiet.keys()) {
      if (!kept.has(key)) this.#quiet.delete(key)
      yield
    }
    this.#guards = guards
  }

  #of(guard: Guard): Map<string, Learned> {
    const known = this.#quietByGuard.get(guard)
    if (known) return known
    const key = keyOf(guard)
    const quiet = this.#quiet.get(key) ?? new Map<string, Learned>()
    this.#quiet.set(key, quiet)
    this.#quietByGuard.set(guard, quiet)
    return quiet
  }
}

function keyOf(guard: Guard): string {
  return JSON.stringify(guard)
}
