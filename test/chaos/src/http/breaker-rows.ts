import type { ChaosOptions } from '../chaos-run.ts'
import { hangPeer } from './hanging-peer.ts'
import { callNoisyPeer } from './noisy-peer.ts'

const RUN = 'http'
const BACK_WITHIN_MS = 5000
const MOST_REFUSED = 0.01
/** A call every 10 ms finds the breaker ready to test, later on a machine that does other things too. */
const SLACK_MS = 500
/** A test that is on its way when the peer is back ends at the limit of its call. */
const TEST_MS = 1000

/** A circuit breaker around calls to a peer that hangs, and around calls to a healthy, noisy one. */
export async function breakerRows({ short, seed, report }: ChaosOptions): Promise<void> {
  const halfOpenAfterMs = short ? 2000 : 10_000
  const hang = { halfOpenAfterMs, hangSeconds: short ? 8 : 30 }
  const cases = [
    { name: 'calls with a limit of 1 s, not guarded', enforce: false, timeoutMs: 1000 },
    { name: 'calls with a limit of 1 s, guarded', enforce: true, timeoutMs: 1000 },
    { name: 'calls without a limit, guarded', enforce: true },
  ]
  for (const { name, ...options } of cases) {
    const { backAfterMs, longestOpenMs, usedAgainAfterMs, ...figures } = await hangPeer({ ...options, ...hang })
    report({
      run: RUN,
      case: `a peer hangs: ${name}`,
      goal: `p99 back within ${BACK_WITHIN_MS} ms, half-open within ${halfOpenAfterMs} ms`,
      ...figures,
      backAfterMs,
      longestOpenMs,
      usedAgainAfterMs,
      ...(options.enforce && {
        met:
          backAfterMs <= BACK_WITHIN_MS &&
          longestOpenMs <= halfOpenAfterMs + SLACK_MS &&
          usedAgainAfterMs <= halfOpenAfterMs + TEST_MS + SLACK_MS,
      }),
    })
  }
  const noisy = await callNoisyPeer({ calls: short ? 10_000 : 100_000, seed })
  report({
    run: RUN,
    case: 'a healthy, noisy peer',
    goal: `refused <= ${100 * MOST_REFUSED} %`,
    ...noisy,
    share: noisy.refused / noisy.calls,
    met: noisy.refused <= MOST_REFUSED * noisy.calls,
  })
}
