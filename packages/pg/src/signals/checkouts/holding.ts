import { summarize } from '../query-summary.ts'
import type { RunningQueries } from '../running-queries.ts'
import type { HeldConnection } from './held-connection.ts'

/** A connection that the application has now. */
export interface Holding {
  /** The name of the pool in telemetry. */
  readonly pool: string
  /** The job or the route that has it: `job NAME of QUEUE`, `route PATTERN`, or `unknown`. */
  readonly holder: string
  /** How long it has been held, in milliseconds. */
  readonly heldMs: number
  /** How long no statement has run on it, in milliseconds; 0 while one runs. */
  readonly silentMs: number
  /** Whether it has been silent for so long that it counts as leaked. */
  readonly isLeaked: boolean
  /** The summary of its last statement, without values. */
  readonly statement?: string
  /** Where it was checked out, if places are captured. */
  readonly place?: string
}

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
  const who = holder === 'unknown' ? 'code whose route or job is unknown' : holder
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
