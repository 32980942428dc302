import type { AtModifier, MatrixSelector, VectorSelector } from '../words/ast.ts'
import type { Binding } from './binding.ts'
import type { Frame } from './frame.ts'
import type { EvaluationContext, RangePlan, RangeVisitor, VectorPlan } from './plan.ts'
import { referenceTime } from './reference-time.ts'
import { ringInPage, type RingMemory } from '../store/ring-memory.ts'
import type { Selection } from '../store/selection.ts'
import { SAMPLES_OF_STEP, type Steps } from '../words/steps.ts'

/** The part of a selector's plan that finds the series, and when it looks at them. */
class SelectorPlan {
  protected readonly memory: RingMemory
  protected readonly selection: Selection
  readonly #at: AtModifier | undefined
  readonly #offsetMs: number

  /** @param reachMs how far back from the evaluation time it reaches, offset aside. A fixed `@` time keeps what the store has. */
  constructor({ matches, at, offsetMs }: VectorSelector, binding: Binding, reachMs: number) {
    this.selection = binding.want(matches, Math.max(0, offsetMs) + reachMs)
    this.memory = binding.store.memory
    this.#at = at
    this.#offsetMs = offsetMs
  }

  protected reference(context: EvaluationContext): number {
    return referenceTime(context, this.#at, this.#offsetMs)
  }
}

/** Series checked between two rests: their rings lie apart, and each costs a few times a hundred nanoseconds. */
const SERIES_OF_STEP = 1024

/** The newest sample of each series, unless it is stale or too old. */
export class InstantSelectorPlan extends SelectorPlan implements VectorPlan {
  readonly type = 'instant vector'
  readonly #lookbackMs: number

  /** @param outerMs how far back the subqueries around the selector reach */
  constructor(selector: VectorSelector, binding: Binding, outerMs: number) {
    super(selector, binding, outerMs + binding.store.lookbackMs)
    this.#lookbackMs = binding.store.lookbackMs
  }

  *evaluate(context: EvaluationContext): Steps<Frame> {
    const { memory, selection } = this
    let rings = selection.rings(memory)
    const frame = context.frames.take().follow(selection.labels, true)
    const at = this.reference(context)
    // Left-open like ranges since Prometheus 3: a sample exactly the lookback old is not seen.
    const oldest = at - this.#lookbackMs
    for (let place = 0; place < rings.length; place++) {
      if (place % SERIES_OF_STEP === SERIES_OF_STEP - 1) {
        yield
        const now = selection.rings(memory)
        if (now !== rings) {
          // Series came or went meanwhile: from the beginning.
          rings = now
          frame.follow(selection.labels, true)
          place = -1
          continue
        }
      }
      const page = memory.pageOf(rings[place] ?? 0)
      const ring = ringInPage(rings[place] ?? 0)
      const index = page.indexAt(ring, at)
      if (index < 0) continue
      const time = page.timeAt(ring, index)
      if (time <= oldest || page.isStaleAt(ring, index)) continue
      frame.times[frame.length] = time
      frame.put(place, page.valueAt(ring, index))
    }
    context.samples.take(frame.length)
    return frame
  }
}

/** The samples of each series in a range. */
export class RangeSelectorPlan extends SelectorPlan implements RangePlan {
  readonly type = 'range vector'
  readonly rangeMs: number

  /** @param outerMs how far back the subqueries around the selector reach */
  constructor({ selector, rangeMs }: MatrixSelector, binding: Binding, outerMs: number) {
    super(selector, binding, outerMs + rangeMs)
    this.rangeMs = rangeMs
  }

  *each(context: EvaluationContext, visitor: RangeVisitor): Steps<void> {
    const { memory, selection } = this
    let rings = selection.rings(memory)
    const window = context.windows.take()
    window.endMs = this.reference(context)
    window.startMs = window.endMs - this.rangeMs
    visitor.begin(selection.labels)
    let visited = 0
    for (let place = 0; place < rings.length; place++) {
      if (visited > SAMPLES_OF_STEP) {
        visited = 0
        yield
        const now = selection.rings(memory)
        if (now !== rings) {
          // Series came or went meanwhile: from the beginning.
          rings = now
          visitor.begin(selection.labels)
          place = -1
          continue
        }
      }
      window.fill(memory.pageOf(rings[place] ?? 0), ringInPage(rings[place] ?? 0))
      visited += 8 + window.length
      if (window.length === 0) continue
      context.samples.take(window.length)
      visitor.visit(place, window)
    }
    context.windows.give()
  }
}
