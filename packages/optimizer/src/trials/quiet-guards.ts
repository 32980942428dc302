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
  /** What earlier processes have learned of series that this one has not seen yet, by digest. */
  readonly #saved = new BoundedMap<string, SavedQuiet>(MOST_SAVED)

  of(guard: Guard, series: string): QuietWindows | undefined {
    return this.#of(guard).get(series)?.windows
  }

  learn(guards: readonly Guard[], measurement: Measurement, reader: GuardReader, now: number): void {
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

  #of(guard: Guard): Map<string, Learned> {
    const known = this.#quietByGuard.get(guard)
    if (known) return known
    const key = JSON.stringify(guard)
    const quiet = this.#quiet.get(key) ?? new Map<string, Learned>()
    this.#quiet.set(key, quiet)
    this.#quietByGuard.set(guard, quiet)
    return quiet
  }
}
