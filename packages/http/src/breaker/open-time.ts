import type { IBackoff, IBackoffFactory } from 'cockatiel'

/** Each time is up to this share shorter than the declared one. */
const JITTER = 0.2

/**
 * How long a circuit stays open: at most the declared time, and a little less by chance. Processes that saw one outage then do not test
 * the service at the same moment, and a service that fails at regular times is not always tested then.
 *
 * @param random - uniform in [0, 1)
 */
export function openTime(halfOpenAfterMs: number, random: () => number = Math.random): IBackoffFactory<unknown> {
  const next = (): IBackoff<unknown> => ({ duration: halfOpenAfterMs * (1 - JITTER * random()), next })
  return { next }
}
