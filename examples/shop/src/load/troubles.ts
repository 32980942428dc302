import type { Pace } from './pace.ts'
import { pace } from './pace.ts'
import type { Visitors } from './visitors.ts'

/** Something that goes wrong in the life of a shop. */
export interface Trouble {
  readonly afterMs: number
  /** Without end it lasts as long as the load. */
  readonly forMs?: number
  /** One line for the timeline. */
  readonly what: string
  readonly run: (signal: AbortSignal) => Promise<unknown>
}

/** An ordinary day. */
export async function everydayLoad(visitors: Visitors, signal: AbortSignal): Promise<void> {
  await Promise.all([
    pace({ perSecond: 60, maxInFlight: 20 }, signal, () => visitors.viewProduct()),
    pace({ perSecond: 5, maxInFlight: 5 }, signal, () => visitors.viewFrontPage()),
    pace({ perSecond: 0.5, maxInFlight: 5 }, signal, () => visitors.buy()),
  ])
}

/** The four troubles, side by side, bounded in rate and time. */
export function troubles(visitors: Visitors, emptyProductCache: () => Promise<number>): readonly Trouble[] {
  const at = (rate: Pace, work: () => Promise<unknown>) => (signal: AbortSignal) => pace(rate, signal, work)
  return [
    {
      afterMs: 4000,
      what: 'the support desk searches orders by customer and status, 3 a second; 800,000 orders, no index',
      run: at({ perSecond: 3, maxInFlight: 3 }, () => visitors.searchOrders()),
    },
    {
      afterMs: 8000,
      what: 'a crawler without cookies begins 110 sessions a second; each lives 20 s and is then kept for nothing',
      // By number: on a busy machine the heap fills later, and not less.
      run: at({ perSecond: 110, maxInFlight: 20, times: 5700 }, () => visitors.crawl()),
    },
    {
      afterMs: 12_000,
      what: 'an operator empties the product cache in Redis',
      run: emptyProductCache,
    },
    {
      afterMs: 16_000,
      forMs: 12_000,
      what: 'flash sale: 25 orders a second for 12 s; the webhook of each takes 1 s, two at a time',
      run: at({ perSecond: 25, maxInFlight: 10 }, () => visitors.buy()),
    },
  ]
}
