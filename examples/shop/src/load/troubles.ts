import type { Stream } from './visit.ts'

/** When the load ends, in milliseconds since it began. */
export const LOAD_MS = 205_000
/** It goes on until then where a trial is not over yet: a busy machine delays them. */
export const LATEST_MS = 300_000

/** The everyday, and how it goes on without end. */
export const EVERYDAY: readonly Stream[] = [
  { kind: 'product', perSecond: 40, fromMs: 0, toMs: Infinity },
  { kind: 'front', perSecond: 5, fromMs: 0, toMs: Infinity },
  { kind: 'buy', perSecond: 0.5, fromMs: 0, toMs: Infinity },
]

/** The steps of an operator, in words. */
export const STEPS = { emptyProductCache: 'empty the product cache' } as const

/** Something that goes wrong in the life of a shop. */
export interface Trouble {
  readonly atMs: number
  /** One line for the timeline. */
  readonly what: string
  /** The visits that it brings. */
  readonly streams: readonly Stream[]
  /** Somebody does this in every shop. */
  readonly step?: keyof typeof STEPS
}

/** In turn, so that each of them can be seen; bounded in rate and time. */
export const TROUBLES: readonly Trouble[] = [
  trouble(
    4000,
    Infinity,
    'the support desk searches orders by customer and status, 3 per second; 400,000 orders, no index',
    {
      kind: 'search',
      perSecond: 3,
    },
  ),
  trouble(20_000, 32_000, 'flash sale: 25 orders per second for 12 s; the webhook of each takes 1 s, two at a time', {
    kind: 'buy',
    perSecond: 25,
  }),
  {
    atMs: 24_000,
    what: 'an operator emptied the product cache in Redis',
    streams: [],
    step: 'emptyProductCache',
  },
  trouble(
    34_000,
    84_000,
    'a crawler without cookies begins 50 sessions per second; each lives 20 s and is then kept for nothing',
    {
      kind: 'crawl',
      perSecond: 50,
    },
  ),
  // JobsDelayLoop asks for several jobs at a time whenever the queues are looked at, and invoices are over too soon for that: the orders see to it.
  trouble(
    100_000,
    Infinity,
    'end of the month: 5 invoices at once, twice each second, and each computes for 30 ms; 2 orders per second beside them',
    // At random times, some seconds would have none and some many, and a minute would be too short to tell a limit from that.
    { kind: 'bill', perSecond: 2, pace: 'clock' },
    { kind: 'buy', perSecond: 2 },
  ),
  trouble(105_000, Infinity, 'a flash crowd: 30 visitors per second on the page of the sale', {
    kind: 'sale',
    perSecond: 30,
  }),
]

function trouble(
  atMs: number,
  toMs: number,
  what: string,
  ...streams: readonly Pick<Stream, 'kind' | 'perSecond' | 'pace'>[]
): Trouble {
  return { atMs, what, streams: streams.map(stream => ({ ...stream, fromMs: atMs, toMs })) }
}
