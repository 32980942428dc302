import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Breakers } from '@homeostat/http/domain'
import { Registry } from '@homeostat/signals'
import { Agent, fetch } from 'undici'
import { quantile } from '../quantile.ts'
import { callAtRate, type CallSeen } from './open-loop.ts'

const RATE = 100
const USUAL_MS = 5
/** Windows in which callers' waits are compared with those from before. */
const WINDOW_MS = 500

/** How the calls went while the peer answered, hung and answered again. */
export interface HangResult {
  readonly calls: number
  readonly usualP99Ms: number
  /** From when on all callers waited as usual again, in milliseconds after the peer hung; Infinity when that never came. */
  readonly backAfterMs: number
  /** The longest time that the breaker was open before a call tested the peer. */
  readonly longestOpenMs: number
  /** How long after the peer was back it got calls again. */
  readonly usedAgainAfterMs: number
}

/**
 * A real server that answers in a few milliseconds, hangs for some seconds and answers again, and callers that call it 100 times per second
 * whatever happens.
 */
export async function hangPeer({
  enforce,
  timeoutMs,
  halfOpenAfterMs,
  hangSeconds,
}: {
  readonly enforce: boolean
  /** The time limit of the application; without one its calls wait as long as the peer hangs. */
  readonly timeoutMs?: number
  readonly halfOpenAfterMs: number
  readonly hangSeconds: number
}): Promise<HangResult> {
  const healthySeconds = 4
  const held: ServerResponse[] = []
  let hangs = false
  const server = createServer((_, response) => {
    if (hangs) held.push(response)
    else setTimeout(() => response.end('{}'), USUAL_MS)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const dispatcher = new Agent()
  const breakers = new Breakers(new Registry({ scope: { name: 'chaos' } }), { enforce, halfOpenAfterMs })
  const guarded = breakers.guarded(origin, timeoutMs === undefined ? {} : { timeoutMs })
  const call = async (): Promise<CallSeen['outcome']> => {
    try {
      await guarded.execute(async ({ signal }) => (await fetch(origin, { signal, dispatcher })).text())
      return 'answered'
    } catch (error) {
      return (error as { code?: unknown }).code === 'HOMEOSTAT_BREAKER_OPEN' ? 'refused' : 'failed'
    }
  }
  const opened: number[] = []
  let openSince: number | undefined
  const watch = setInterval(() => {
    const now = performance.now()
    if (guarded.state === 'open') openSince ??= now
    else if (openSince !== undefined) {
      opened.push(now - openSince)
      openSince = undefined
    }
  }, 2)
  const hungMs = healthySeconds * 1000
  const backMs = hungMs + hangSeconds * 1000
  setTimeout(() => (hangs = true), hungMs)
  setTimeout(() => {
    hangs = false
    for (const response of held) response.end('{}')
  }, backMs)
  const seconds = healthySeconds + hangSeconds + halfOpenAfterMs / 1000 + 1
  const calls = await callAtRate(call, { perSecond: RATE, seconds })
  clearInterval(watch)
  await dispatcher.destroy()
  server.closeAllConnections()
  server.close()

  const waits = (from: number, to: number): number[] =>
    calls.filter(({ startedMs }) => startedMs >= from && startedMs < to).map(({ waitedMs }) => waitedMs)
  const usualP99Ms = quantile(waits(1000, hungMs - 500), 0.99)
  // A wait that nobody would notice: twice the usual, or a tenth of a second on a busy machine.
  const atMost = Math.max(2 * usualP99Ms, 100)
  let lastSlowMs = hungMs
  for (let from = hungMs; from < backMs; from += WINDOW_MS)
    // One call per test of the service may wait. A window of 50 calls has no 99th percentile below its maximum.
    if (quantile(waits(from, from + WINDOW_MS), 0.97) > atMost) lastSlowMs = from + WINDOW_MS
  const isBack = lastSlowMs < backMs - WINDOW_MS
  const firstAfter = calls.find(({ startedMs, outcome }) => startedMs >= backMs && outcome === 'answered')
  return {
    calls: calls.length,
    usualP99Ms,
    backAfterMs: isBack ? lastSlowMs - hungMs : Number.POSITIVE_INFINITY,
    longestOpenMs: Math.max(0, ...opened),
    usedAgainAfterMs: (firstAfter?.startedMs ?? Number.POSITIVE_INFINITY) - backMs,
  }
}
