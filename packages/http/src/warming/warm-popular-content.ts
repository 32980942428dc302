import type { Action, Receipt } from '@homeostat/optimizer'
import { counted, every } from '@homeostat/signals'
import type { EdgeWarmer, UrlArms, WarmingPass } from './edge-warmer.ts'

/** A pass follows the one before after this time, so that what has expired is warmed again. Halves are dealt anew as often. */
export const PASS_MS = 60_000

/** Options of {@link createWarmPopularContent}. */
export interface WarmPopularContentOptions {
  /** What warms the edge now. */
  readonly warmer: () => EdgeWarmer
  /** Receives faults of later passes. */
  readonly onFault: (error: unknown) => void
}

/**
 * `cdn.warmPopularContent`: requests the most popular shareable content through the edge, once at once and then once a minute while the
 * change is kept. In a trial half of the URLs are left alone, dealt anew each minute, and the requests of clients that reach the origin are
 * compared. Where the edge does not say what it had, there is no verdict.
 */
export function createWarmPopularContent({ warmer: current, onFault }: WarmPopularContentOptions): Action {
  return {
    name: 'cdn.warmPopularContent',
    scope: 'shared',
    touches: ['cdn'],
    raises: ['cpu'],
    lowers: ['latency', 'network'],
    risk: 1,
    unready: () => current().unready,
    async run({ signal, split }): Promise<Receipt> {
      const warmer = current()
      const why = warmer.unready
      if (why !== undefined) return nothing(why)
      let arms: UrlArms | undefined = split
      let isOn = true
      const ended = new AbortController()
      if (split) warmer.divide(split)
      const stop = (): void => {
        isOn = false
        ended.abort(new Error('warming was ended'))
        timer?.[Symbol.dispose]()
        warmer.divide(undefined)
      }
      let timer: Disposable | undefined
      try {
        const first = await warmer.pass(signal, arms)
        const requests = requestsOf(first)
        if (requests === 0) {
          stop()
          return nothing(first.stopped ?? 'no content is popular enough')
        }
        timer = every(PASS_MS, () => warmer.pass(ended.signal, arms), onFault)
        return {
          summary: summaryOf(first),
          effects: { requests, ...first.results, heldOut: first.heldOut },
          ...withProblems(first),
          renew: async () => isOn,
          undo: async () => {
            stop()
            return { result: 'restored' }
          },
          switch: async kept => {
            if (!kept) return
            arms = undefined
            warmer.divide(undefined)
          },
        }
      } catch (error) {
        stop()
        throw error
      }
    },
  }
}

function requestsOf({ results }: WarmingPass): number {
  return Object.values(results).reduce((sum, count) => sum + count, 0)
}

function summaryOf(pass: WarmingPass): string {
  const { warmed, kept, failed } = pass.results
  const heldOut = pass.heldOut > 0 ? `, ${pass.heldOut} left alone` : ''
  return `requested ${requestsOf(pass)} popular URLs through the edge: it fetched ${warmed}, had ${kept}, ${failed} failed${heldOut}`
}

function withProblems({ results, stopped }: WarmingPass): Pick<Receipt, 'problems'> {
  const { warmed, kept, bypassed, unknown, failed } = results
  const problems = [
    ...(unknown > warmed + kept
      ? [
          'the edge does not say whether it had the content (Cache-Status, CF-Cache-Status, X-Cache, Age): there will be no verdict',
        ]
      : []),
    ...(bypassed > 0 ? [`the edge keeps no copy of ${bypassed} of the URLs`] : []),
    ...(failed > 0 ? [`${counted(failed, 'request')} failed, or had an answer other than 200`] : []),
    ...(stopped === undefined ? [] : [`stopped early: ${stopped}`]),
  ]
  return problems.length > 0 ? { problems } : {}
}

function nothing(why: string): Receipt {
  return { summary: why, effects: { requests: 0 }, problems: [why] }
}
