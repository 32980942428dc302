import type { Arm } from '@homeostat/judge'
import type { FleetLease } from './coordinator.ts'

/** Longer names are not names of knobs: a record of how to revert a change is refused with one. */
export const MAX_KNOB_NAME_CHARS = 500

/** The values a knob may take. */
export interface Bounds<T> {
  readonly min: T
  readonly max: T
  /** The largest change of one step, of an undo as well. */
  readonly step?: T
  /** Values are multiples of it, e.g. 1 for whole numbers. */
  readonly grain?: T
}

/** What a response may ask of a knob: exactly one of these. */
export interface KnobOptions {
  /** The value itself. @default not set: exactly one of `to`, `by` and `factor` is given */
  readonly to?: number
  /** Added to the value. @default not set */
  readonly by?: number
  /** Multiplied with the value. @default not set */
  readonly factor?: number
}

/**
 * A value within bounds that can be read back and set only when nobody else has changed it since.
 *
 * @example
 * ```ts
 * const concurrency: Knob = {
 *   name: 'crawler.concurrency', scope: 'process', keptIn: 'memory', bounds: { min: 1, max: 50, step: 10, grain: 1 },
 *   touches: ['queue'], lowers: ['cpu', 'memory'],
 *   read: () => crawler.concurrency,
 *   compareAndSet(expected, next) {
 *     if (crawler.concurrency !== expected) return false
 *     crawler.concurrency = next
 *     return true
 *   },
 * }
 * ```
 */
export interface Knob<T = number> {
  /** Dotted, e.g. `crawler.concurrency`. One name is one value: in the process, on the host, or, when shared, in the fleet. */
  readonly name: string
  /** `shared` when other processes use the same value: it is then set under a lease of the fleet only. */
  readonly scope: 'process' | 'shared'
  /**
   * Where a value of scope `process` lives. One in `memory` ends with the process; one kept `outside`, in a file for example, stays
   * changed when the process is killed, so the way back is written down before it is set.
   *
   * @default 'outside'
   */
  readonly keptIn?: 'memory' | 'outside'
  readonly bounds: Bounds<T>
  /** Resources it works on. One unverified trial may be open on each. @default the knob's name */
  readonly touches?: readonly string[]
  /** What setting it may use more of. @default [] */
  readonly raises?: readonly string[]
  /** What setting it is meant to lower. @default [] */
  readonly lowers?: readonly string[]
  /**
   * Actions of their own that set it, by name, with what they set unless a response says otherwise:
   * `{ 'cache.resize': { to: 0.7 } }`.
   * @default none: it is set by the action that is called like the knob
   */
  readonly actions?: Readonly<Record<string, KnobOptions>>
  /** 0 is harmless; 3 may do damage when it is wrong. @default 1 */
  readonly risk?: 0 | 1 | 2 | 3
  /**
   * Why setting it would do nothing now, in one line; undefined when it would. Asked at each decision: cheap and synchronous.
   *
   * @param options - what is to be set, unchecked; undefined where that is not known
   */
  unready?(options?: KnobOptions): string | undefined
  read(): T | Promise<T>
  /**
   * Sets `next` if the value is still `expected`; false when it is not, because then a human's change wins. It sets exactly
   * `next`: a knob that clamps, rounds or returns true without setting anything is reverted, and the run fails with
   * `HOMEOSTAT_KNOB_ANSWER`. To find out, a knob that reads another value right after a set is asked once more.
   *
   * @param lease - of a shared knob: a set that checks its fence in the same statement cannot come too late
   */
  compareAndSet(expected: T, next: T, lease?: FleetLease): boolean | Promise<boolean>
  /**
   * For a value that may differ between units (requests, jobs) at the same time: from now on the units of the arm `control` keep an earlier
   * value, so that a split can compare them with the others. Without it, a response with a split as its design compares nothing.
   *
   * @param arms - which arm a unit belongs to; undefined: all units have the same value again
   * @param control - the value of the units that are left alone
   */
  divide?(arms: ((unit: string) => Arm) | undefined, control: T): void
}
