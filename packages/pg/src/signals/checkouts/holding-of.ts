import { summarize } from '../query-summary.ts'
import type { RunningQueries } from '../running-queries.ts'
import { UNKNOWN_HOLDER, type HeldConnection } from './held-connection.ts'
import type { Holding } from './holding.ts'

/** What a connection that is held looks like now. */
export function holdingOf(
  pool: string,
  held: HeldConnection,
  running: RunningQueries | undefined,
  { now, leakAfterMs }: { readonly now: number; readonly leakAfterMs: number },
): Holding {
  const silentMs = held.silentMs(now, running)
  const { holder, since, place } = held
  // The last statement may be from an earlier checkout of the connection.
  const isOwn = running !== undefined && (running.isBusy || running.endedAt >= since)
  return {
    pool,
    holder,
    heldMs: now - since,
    silentMs,
    isLeaked: silentMs >= leakAfterMs,
    ...(isOwn && running.text !== undefined && { statement: summarize(running.text) }),
    ...(place !== undefined && { place }),
  }
}

/** A connection and its holder in words. */
export function holdingInWords({ holder, heldMs, silentMs, statement, place }: Holding): string {
  const who = holder === UNKNOWN_HOLDER ? 'code whose route or job is unknown' : holder
  const doing = silentMs > 0 ? `, silent for ${seconds(silentMs)}` : ''
  const last = statement === undefined ? ', without a statement' : `, last statement ${statement}`
  return `held for ${seconds(heldMs)} by ${who}${doing}${last}${place === undefined ? '' : `, checked out at ${place}`}`
}

export function leakLine(holding: Holding): string {
  const advice = holding.place === undefined ? '; set pg.captureCheckouts to see where it was checked out' : ''
  return `@homeostat/pg: a connection of the pool ${holding.pool} looks leaked: ${holdingInWords(holding)}. Check that each path calls client.release()${advice}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
}
