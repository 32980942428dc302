import { EMPTY_LABELS, type Labels } from '../words/labels.ts'
import { EvaluationError } from '../words/errors.ts'
import { SameLabels } from '../words/same-labels.ts'
import { LABELS_OF_STEP, type Steps } from '../words/steps.ts'

/**
 * An instant vector while it is being computed. Frames are lent to plans for one evaluation, so that a steady state
 * allocates nothing and the memory written to is always in the processor's cache.
 *
 * A frame is filled in one of two ways: sample by sample with {@link Frame.push}, or along a list of labels with
 * {@link Frame.follow} and {@link Frame.put}. As long as no place of the list is left out, the list itself serves as the
 * frame's labels and not one of them is read or copied.
 */
export class Frame {
  length = 0
  /** The first {@link length} of these are the samples' labels. */
  labels: readonly Labels[]
  /** The list {@link labels} never changes: what follows from it can be remembered by its identity. */
  stable = false
  values: Float64Array = new Float64Array(16)
  /** Times of the samples themselves; kept by selectors only, for `timestamp()`. */
  readonly times: number[] = []
  readonly #own: Labels[] = []
  #list: readonly Labels[]

  constructor() {
    this.labels = this.#own
    this.#list = this.#own
  }

  clear(): this {
    this.length = 0
    this.labels = this.#own
    this.stable = false
    return this
  }

  push(labels: Labels, value: number): void {
    const at = this.length
    if (at === this.values.length) this.#reserve(2 * at)
    this.#own[at] = labels
    this.values[at] = value
    this.length = at + 1
  }

  /** Starts anew along a list of labels. */
  follow(labels: readonly Labels[], stable: boolean): this {
    this.length = 0
    this.labels = labels
    this.#list = labels
    this.stable = stable
    if (labels.length > this.values.length) this.#reserve(labels.length)
    return this
  }

  /** Adds a sample with the labels at a place of the list; places must rise, and may be left out. */
  put(place: number, value: number): void {
    const at = this.length
    if (place !== at) this.#leaveOut(place)
    this.values[at] = value
    this.length = at + 1
  }

  /** From the first place that is left out on, the labels are a list of the frame's own. */
  #leaveOut(place: number): void {
    const own = this.#own
    if (this.labels !== own) for (let i = 0; i < this.length; i++) own[i] = this.#list[i] ?? EMPTY_LABELS
    this.labels = own
    this.stable = false
    own[this.length] = this.#list[place] ?? EMPTY_LABELS
  }

  #reserve(length: number): void {
    const grown = new Float64Array(Math.max(length, 2 * this.values.length))
    grown.set(this.values)
    this.values = grown
  }
}

/** Labels computed from labels, remembered so that equal input yields the identical object at every evaluation. */
export class DerivedLabels<T> {
  // Made at the first answer: most rules find nothing most of the time.
  #known: Map<Labels, T> | undefined
  readonly #derive: (labels: Labels) => T

  constructor(derive: (labels: Labels) => T) {
    this.#derive = derive
  }

  get(labels: Labels): T {
    const known = (this.#known ??= new Map())
    let derived = known.get(labels)
    if (derived === undefined) {
      derived = this.#derive(labels)
      known.set(labels, derived)
    }
    return derived
  }

  /** Forgets everything once most of it belongs to series that left; says whether it did. */
  trim(live: number): boolean {
    if (this.#known === undefined || this.#known.size <= 2 * live + 64) return false
    this.#known.clear()
    return true
  }
}

/**
 * Gives a result its final labels, in a frame that outlives the evaluation: metric names that were to go are gone, and no two
 * samples may then be alike.
 */
export class Settlement {
  // Made at the first result: most rules find nothing most of the time.
  #settled: Frame | undefined
  #unique: UniqueLabels | undefined;

  *settle(frame: Frame): Steps<Frame> {
    if (frame.length === 0) return NOTHING
    const settled = (this.#settled ??= new Frame()).clear()
    let renamed = false
    for (let i = 0; i < frame.length; i++) {
      const labels = frame.labels[i] ?? EMPTY_LABELS
      renamed ||= labels.losesName
      settled.push(labels.settled, frame.values[i] ?? NaN)
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
    }
    return renamed ? yield* (this.#unique ??= new UniqueLabels()).check(settled) : settled
  }
}

const NOTHING = new Frame()

/** Refuses a vector in which two samples carry the same labels; a vector seen before is recognised without hashing. */
export class UniqueLabels {
  readonly #approved = new SameLabels();

  *check(frame: Frame): Steps<Frame> {
    if (frame.length < 2 || this.#approved.has(frame)) return frame
    const seen = new Set<string>()
    for (let i = 0; i < frame.length; i++) {
      seen.add(frame.labels[i]?.key ?? '')
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
    }
    if (seen.size < frame.length) throw new EvaluationError('vector cannot contain metrics with the same labelset')
    this.#approved.remember(frame)
    return frame
  }
}
