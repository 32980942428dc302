import { setTimeout as sleep } from 'node:timers/promises'
import { Breakers } from '@homeostat/http/domain'
import { Registry } from '@homeostat/signals'
import { createRandom } from '@homeostat/signals/random'
import { callAtRate, type CallSeen } from './open-loop.ts'

const RATE = 1000
/** A tenth of the calls fails, one of 50 takes two seconds, and for a quarter of each tenth second all fail. */
const FAILING = 0.1
const SLOW = 0.02
const SLOW_MS = 2000
const BURST_EVERY_MS = 10_000
const BURST_MS = 250

/** Calls to a healthy, noisy peer, of which the breaker should refuse next to none. */
export async function callNoisyPeer({ calls, seed }: { readonly calls: number; readonly seed: number }): Promise<{
  readonly calls: number
  readonly failed: number
  readonly refused: number
}> {
  const random = createRandom(seed)
  const breakers = new Breakers(new Registry({ scope: { name: 'chaos' } }), { enforce: true })
  const guarded = breakers.guarded('http://noisy.example.com')
  const begin = performance.now()
  const call = async (): Promise<CallSeen['outcome']> => {
    try {
      await guarded.execute(async () => {
        const isBurst = (performance.now() - begin) % BURST_EVERY_MS < BURST_MS
        const fails = isBurst || random() < FAILING
        await sleep(random() < SLOW ? SLOW_MS : 1 + 20 * random() ** 3)
        if (fails) throw new Error('noise')
      })
      return 'answered'
    } catch (error) {
      return (error as { code?: unknown }).code === 'HOMEOSTAT_BREAKER_OPEN' ? 'refused' : 'failed'
    }
  }
  const seen = await callAtRate(call, { perSecond: RATE, seconds: calls / RATE })
  const count = (wanted: CallSeen['outcome']): number => seen.filter(({ outcome }) => outcome === wanted).length
  return { calls: seen.length, failed: count('failed'), refused: count('refused') }
}
