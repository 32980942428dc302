import type { Labels } from './labels.ts'
import { EvaluationError } from './errors.ts'
import { SameLabels } from './same-labels.ts'

/**
 * An instant vector while it is being computed. A plan owns one frame and refills it at every evaluation, so that a steady
 * state allocates nothing; whoever reads a frame must be done before its plan is evaluated again.
 */
export class Frame {
  length = 0
  readonly labels: Labels[] = []
  readonly values: number[] = []
  /** Times of the samples themselves; kept by selectors only, for `timestamp()`. */
  readonly times: number[] = []

  clear(): this {
    this.length = 0
    return this
  }

  push(labels: Labels, value: number): void {
    this.labels[this.length] = labels
    this.values[this.length] = value
    this.length += 1
  }
}

/** Labels computed from labels, remembered so that equal input yields the identical object at every evaluation. */
export class DerivedLabels<T> {
  readonly #known = new Map<Labels, T>()
  readonly #derive: (labels: Labels) => T

  constructor(derive: (labels: Labels) => T) {
    this.#derive = derive
  }

  get(labels: Labels): T {
    let derived = this.#known.get(labels)
    if (derived === undefined) {
      derived = this.#derive(labels)
      this.#known.set(labels, derived)
    }
    return derived
  }

  /** Forgets everything once most of it belongs to series that left; says whether it did. */
  trim(live: number): boolean {
    if (this.#known.size <= 2 * live + 64) return false
    this.#known.clear()
    return true
  }
}

/** Gives a result its final labels: metric names that were to go are gone, and no two samples may then be alike. */
export class Settlement {
  readonly #settled = new Frame()
  readonly #unique = new UniqueLabels()

  settle(frame: Frame): Frame {
    let same = true
    for (let i = 0; i < frame.length; i++) same &&= frame.labels[i]?.losesName !== true
    if (same) return frame
    this.#settled.clear()
    for (let i = 0; i < frame.length; i++) {
      const labels = frame.labels[i]
      if (labels !== undefined) this.#settled.push(labels.settled, frame.values[i] ?? NaN)
    }
    return this.#unique.check(this.#settled)
  }
}

/** Refuses a vector in which two samples carry the same labels; a vector seen before is recognised without hashing. */
export class UniqueLabels {
  readonly #approved = new SameLabels()

  check(frame: Frame): Frame {
    if (frame.length < 2 || this.#approved.has(frame)) return frame
    const seen = new Set<string>()
    for (let i = 0; i < frame.length; i++) seen.add(frame.labels[i]?.key ?? '')
    if (seen.size < frame.length) throw new EvaluationError('vector cannot contain metrics with the same labelset')
    this.#approved.remember(frame)
    return frame
  }
}
