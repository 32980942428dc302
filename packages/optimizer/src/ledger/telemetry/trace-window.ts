import type { SpanContext } from '@opentelemetry/api'
import { SpanKind, TraceFlags } from '@opentelemetry/api'

/** A span as far as it is read; that of SDK 2.x and 3.x alike. */
interface EndedSpan {
  readonly kind: SpanKind
  readonly duration: readonly [seconds: number, nanoseconds: number]
  readonly status: { readonly code: number }
  spanContext(): SpanContext
}

interface Remembered {
  context: SpanContext
  endedAt: number
  seconds: number
  hasFailed: boolean
}

/** `SpanStatusCode.ERROR`. */
const ERROR = 2
const SLOTS = 64
const MOST_LINKS = 5

/**
 * Remembers the last requests and jobs that were traced, so that the span of an action links to those that ran when its
 * alert fired. A span processor, for `NodeSDK({ spanProcessors })`; it exports nothing and changes nothing.
 */
export class TraceWindow {
  readonly #slots: Remembered[] = []
  readonly #clock: () => number
  #next = 0

  constructor(clock: () => number) {
    this.#clock = clock
  }

  onStart(): void {}

  /** A slot is written over, so that a request costs no memory. */
  onEnd(span: EndedSpan): void {
    if (span.kind !== SpanKind.SERVER && span.kind !== SpanKind.CONSUMER) return
    const context = span.spanContext()
    if ((context.traceFlags & TraceFlags.SAMPLED) === 0) return
    const slot = (this.#slots[this.#next] ??= { context, endedAt: 0, seconds: 0, hasFailed: false })
    slot.context = context
    slot.endedAt = this.#clock()
    slot.seconds = span.duration[0] + span.duration[1] / 1e9
    slot.hasFailed = span.status.code === ERROR
    this.#next = (this.#next + 1) % SLOTS
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.#slots.length = 0
  }

  /** Up to five requests that ended since a time: those that failed first, then the longest. */
  since(time: number): readonly SpanContext[] {
    return this.#slots
      .filter(({ endedAt }) => endedAt >= time)
      .toSorted((a, b) => Number(b.hasFailed) - Number(a.hasFailed) || b.seconds - a.seconds)
      .slice(0, MOST_LINKS)
      .map(({ context }) => context)
  }
}
