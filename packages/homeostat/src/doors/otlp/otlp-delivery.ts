import { sleep } from '@homeostat/signals'
import type { OtlpMessage } from './otlp-message.ts'
import type { OtlpAnswer } from './otlp-request.ts'

/** How often one message is sent within an export. */
const MOST_ATTEMPTS = 5
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 5000
const GROWTH = 1.5
/** The backoff varies by so much, so that the processes of a service do not come back together. */
const JITTER = 0.2
/** A receiver that asks for more rest is asked again after this time. */
const LONGEST_REST_MS = 600_000

/** How an export is delivered. */
export interface DeliveryOptions {
  readonly post: (message: Buffer) => Promise<OtlpAnswer>
  /** For the whole export. */
  readonly timeoutMs: number
  /** Whether the process waits for this export to end. A receiver that cannot be reached is asked only once then. */
  readonly isLast: boolean
  /** Ends the waiting between two attempts. */
  readonly signal: AbortSignal
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
  /** A number from 0 to 1. */
  readonly random: () => number
}

/** The outcome of an export. */
export interface Delivered {
  /** Messages that were not accepted, and may be later. */
  readonly left: readonly OtlpMessage[]
  /** Points that the receiver took and threw away. */
  readonly rejectedPoints: number
  /** Why a message was not accepted; undefined where all were. */
  readonly failure: { readonly why: string; readonly isFinal: boolean } | undefined
  /** When the receiver may be asked again; undefined where it did not say. */
  readonly notBefore: number | undefined
}

/**
 * Sends the messages of one export, one after the other. A message that may be accepted later is sent again after a growing rest, or
 * after the one that the receiver asks for; then it is left, with all that come after it. A message that is refused is dropped.
 * Source: https://opentelemetry.io/docs/specs/otlp/#failures
 */
export async function deliver(messages: readonly OtlpMessage[], options: DeliveryOptions): Promise<Delivered> {
  const { post, now } = options
  const deadline = now() + options.timeoutMs
  let rejectedPoints = 0
  let failure: Delivered['failure']
  for (const [place, { body }] of messages.entries()) {
    for (let attempt = 1; ; attempt++) {
      const answer = await post(body)
      if (answer.kind === 'accepted') {
        rejectedPoints += answer.rejectedPoints
        break
      }
      if (answer.kind === 'refused') {
        failure ??= { why: answer.why, isFinal: true }
        break
      }
      const restMs = Math.min(answer.afterMs ?? 0, LONGEST_REST_MS)
      const waitMs = Math.max(restMs, backoffMs(attempt, options.random()))
      const isGivenUp = options.isLast && answer.isUnreachable === true
      const isOver = isGivenUp || attempt >= MOST_ATTEMPTS || now() + waitMs > deadline
      if (isOver || !(await waited(waitMs, options.signal))) {
        failure = { why: answer.why, isFinal: false }
        const notBefore = answer.afterMs === undefined ? undefined : now() + restMs
        return { left: messages.slice(place), rejectedPoints, failure, notBefore }
      }
    }
  }
  return { left: [], rejectedPoints, failure, notBefore: undefined }
}

function backoffMs(attempt: number, random: number): number {
  const grown = Math.min(FIRST_BACKOFF_MS * GROWTH ** (attempt - 1), LONGEST_BACKOFF_MS)
  return grown * (1 + JITTER * (2 * random - 1))
}

/** False when the signal ended the rest. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, { signal })
    return true
  } catch {
    return false
  }
}
