import type { Coding } from './coding.ts'
import { CODINGS } from './coding.ts'
import { DEFAULT_STEP, LAST_STEP, OFF } from './compression-steps.ts'

/** Bodies of one class differ: a few of them say how the steps compare. */
const ENOUGH_BODIES = 5
/** Then what is older counts half, so that a class whose bodies change is learned anew. */
const MOST_BODIES = 40
/** A later step has to save this share of the bytes before its CPU time is worth anything. */
const LEAST_GAIN = 0.01

/**
 * What each step makes of the bodies of one class of routes. Every measured body was compressed at all steps, so that the steps are
 * compared on the same bodies. Levels are not monotone: on some bodies zstd-6 sends more bytes than zstd-3.
 */
export class StepMeasurements {
  /** Bytes at each step, by coding. */
  readonly #bytes: Readonly<Record<Coding, Float64Array>> = {
    zstd: new Float64Array(LAST_STEP + 1),
    br: new Float64Array(LAST_STEP + 1),
    gzip: new Float64Array(LAST_STEP + 1),
  }
  readonly #seconds: Readonly<Record<Coding, Float64Array>> = {
    zstd: new Float64Array(LAST_STEP + 1),
    br: new Float64Array(LAST_STEP + 1),
    gzip: new Float64Array(LAST_STEP + 1),
  }
  readonly #bodies: Record<Coding, number> = { zstd: 0, br: 0, gzip: 0 }

  /**
   * Adds one body.
   *
   * @param bytes - at each step, by step; that of step 0 is the size of the body itself
   * @param seconds - that each step took
   */
  add(coding: Coding, bytes: ArrayLike<number>, seconds: ArrayLike<number> = []): void {
    const isFull = this.#bodies[coding] >= MOST_BODIES
    const kept = isFull ? 0.5 : 1
    this.#bodies[coding] = this.#bodies[coding] * kept + 1
    for (let step = 0; step <= LAST_STEP; step++) {
      this.#bytes[coding][step] = this.#bytes[coding][step]! * kept + (bytes[step] ?? 0)
      this.#seconds[coding][step] = this.#seconds[coding][step]! * kept + (seconds[step] ?? 0)
    }
  }

  /** Whether enough bodies were measured to compare the steps. */
  isKnown(coding: Coding): boolean {
    return this.#bodies[coding] >= ENOUGH_BODIES
  }

  /** How many bodies count. */
  bodies(coding: Coding): number {
    return this.#bodies[coding]
  }

  /** The bytes at a step as a share of the bodies themselves; undefined while it is not known. */
  share(coding: Coding, step: number): number | undefined {
    const sums = this.#bytes[coding]
    return this.isKnown(coding) && sums[OFF]! > 0 ? sums[step]! / sums[OFF]! : undefined
  }

  /** The seconds that a byte of a body takes at a step; 0 while it is not known. */
  secondsPerByte(coding: Coding, step: number): number {
    const bytes = this.#bytes[coding][OFF]!
    return this.isKnown(coding) && bytes > 0 ? this.#seconds[coding][step]! / bytes : 0
  }

  /**
   * The step that bodies of this class get while the knob is at `step`: the first one, and so the one with the least CPU time, that comes
   * within a hundredth of the fewest bytes up to there. At the default step nothing is chosen: applications get the levels that they know.
   */
  stepWithin(coding: Coding, step: number): number {
    if (step === OFF || step === DEFAULT_STEP || !this.isKnown(coding)) return step
    const sums = this.#bytes[coding]
    let fewest = Infinity
    for (let other = 1; other <= step; other++) fewest = Math.min(fewest, sums[other]!)
    for (let other = 1; other < step; other++) if (sums[other]! <= fewest * (1 + LEAST_GAIN)) return other
    return step
  }

  /** Whether a move of the knob changes anything for this class; true while that is not known. */
  isMovedBy(from: number, to: number): boolean {
    const known = CODINGS.filter(coding => this.isKnown(coding))
    return known.length === 0 || known.some(coding => this.stepWithin(coding, from) !== this.stepWithin(coding, to))
  }
}
