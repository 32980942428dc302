import { errorType, nextTurn } from '@homeostat/signals'
import { pause, untilAborted, WarmingAbortedError } from './abort.ts'
import type { CacheLoader } from './cache-loader.ts'
import type { SingleFlight } from './single-flight.ts'
import { TokenBucket } from './token-bucket.ts'

const MOST_REPEATS = 10_000
const REPEATS_AT_ONCE = 1000
/** Kinds of errors in a receipt. */
const MOST_ERRORS = 10

/** What became of a key. */
export type Warmed = 'loaded' | 'skipped' | 'missing' | 'failed'

/** How many keys ended how, and why some did not. */
export interface WarmingTally {
  readonly loaded: number
  /** Already there, or at work in another run. */
  readonly skipped: number
  /** The loader had no value. */
  readonly missing: number
  readonly failed: number
  /** Left alone, so that a trial can compare the others with them. */
  readonly heldOut: number
  /** The types of the errors, once each. Their messages could hold key names. */
  readonly errors: readonly string[]
}

export interface WarmingContext {
  readonly signal: AbortSignal
  readonly flights: SingleFlight<Warmed>
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Whether a key is to be warmed; the others are left alone. @default all are */
  readonly isWarmed?: (key: string) => boolean
}

/** Loads a loader's keys that are not there, until they are all done or the signal aborts. Never rejects. */
export async function warm(loader: CacheLoader, context: WarmingContext): Promise<WarmingTally> {
  const { signal, flights, clock, random, isWarmed } = context
  const { maxKeys = 1000, perSecond = 200, concurrency = 4 } = loader
  const counts = { loaded: 0, skipped: 0, missing: 0, failed: 0, heldOut: 0 }
  const errors = new Set<string>()
  const fail = (error: unknown): void => {
    counts.failed += 1
    if (errors.size < MOST_ERRORS) errors.add(errorType(error))
  }
  const bucket = new TokenBucket(perSecond, concurrency, clock())

  const warmKey = async (key: string): Promise<Warmed> => {
    // PTTL and not EXISTS or GET: those are lookups, and our own would lower the hit ratio that we are here to raise.
    if ((await loader.client.pttl(key)) !== -2) return 'skipped'
    await pause(bucket.take(clock()), signal)
    const value: unknown = await loader.load(key, signal)
    // The receipt is out by then: what it does not hold must not happen.
    if (signal.aborted) throw new WarmingAbortedError({ cause: signal.reason })
    if (value === undefined || value === null) return 'missing'
    if (!isStorable(value)) throw new UnusableLoaderError(`load() returned a value that is a ${typeof value}`)
    // NX: what the application has written meanwhile is newer than what we loaded.
    const seconds = jitter(loader.ttlSeconds, random())
    return (await loader.client.set(key, value, 'EX', seconds, 'NX')) === 'OK' ? 'loaded' : 'skipped'
  }

  try {
    const wanted = await untilAborted(Promise.resolve(loader.keys(signal)), signal)
    const keys = limit(wanted, maxKeys, signal)
    const worker = async (): Promise<void> => {
      for (;;) {
        const next = await untilAborted(keys.next(), signal)
        if (next.done) return
        if (isWarmed?.(next.value) === false) {
          counts.heldOut += 1
          continue
        }
        try {
          const flight = await untilAborted(
            flights.run(next.value, () => warmKey(next.value)),
            signal,
          )
          counts[flight.shared ? 'skipped' : flight.result] += 1
        } catch (error) {
          // Not failed: nobody knows what became of a key that was left at work.
          if (signal.aborted) return
          fail(error)
        }
      }
    }
    // Settled, not all: when `keys` fails under one worker, the others finish what they have.
    const ends = await Promise.allSettled(Array.from({ length: Math.max(1, concurrency) }, worker))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  } catch (error) {
    if (!(error instanceof WarmingAbortedError)) fail(error)
  }
  return { ...counts, errors: [...errors] }
}

/** Up to 10 % more or less, so that what was loaded together does not expire together. */
function jitter(ttlSeconds: number, random: number): number {
  return Math.max(1, Math.round(ttlSeconds * (0.9 + 0.2 * random)))
}

/**
 * The first `max` different keys. Async generators queue their `next()` calls, so several workers may pull. A source that says
 * the same for ever would hold the process: it runs in microtasks, so every thousandth key gives way, and repeats are limited.
 *
 * @throws UnusableLoaderError
 */
async function* limit(
  keys: Iterable<string> | AsyncIterable<string>,
  max: number,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  // A text is iterable too: each of its characters would become a key.
  if (typeof keys === 'string') throw new UnusableLoaderError('keys() returned a text instead of a list of keys')
  const seen = new Set<string>()
  let repeats = 0
  for await (const key of keys as AsyncIterable<unknown>) {
    if (seen.size >= max || signal.aborted) return
    if (typeof key !== 'string') throw new UnusableLoaderError(`keys() returned a key that is a ${typeof key}`)
    if (seen.has(key)) {
      if (++repeats > MOST_REPEATS)
        throw new UnusableLoaderError(`keys() repeated keys more than ${MOST_REPEATS} times`)
      if (repeats % REPEATS_AT_ONCE === 0) await nextTurn()
      continue
    }
    seen.add(key)
    yield key
  }
}

/** Whether Redis stores it as it is. Anything else would become a text like `[object Object]`, which the application would read. */
function isStorable(value: unknown): value is string | Buffer {
  // The client writes a number as its digits.
  return typeof value === 'string' || Buffer.isBuffer(value) || typeof value === 'number'
}

/** A loader does what no loader may. */
export class UnusableLoaderError extends Error {
  override readonly name = 'UnusableLoaderError'
  readonly code = 'HOMEOSTAT_UNUSABLE_LOADER'

  constructor(what: string) {
    super(`a loader of cache.warm is not usable: ${what}`)
  }
}
