import type { Action, ActionContext, Advice, Firing, Receipt } from '@homeostat/optimizer'
import { attributes, promName } from '@homeostat/semconv'
import { counted, BoundedMap } from '@homeostat/signals'
import type { PgInstrumentation } from '../instrumentation.ts'
import type { Holding } from '../signals/checkouts/holding.ts'
import { holdingInWords } from '../signals/checkouts/holding-of.ts'
import { connectionsNeeded } from '../signals/checkouts/pool-size.ts'
import type { PoolShape } from '../signals/driver.ts'
import type { KnownPool } from '../signals/known-pool.ts'
import { describeProblem } from './problem.ts'
import { readServerRoom, shareOfRoom, type ServerRoom } from './server-room.ts'

const POOL = promName(attributes.dbPoolName)
/** Holders that are named in one line. */
const MOST_NAMED = 3
/** A holder that has so much of the time of all is named as the one to look at. */
const MAIN_SHARE = 0.5
/** As many pieces of advice as are followed up. */
const MOST_ADVICE = 200

/** The pool that an alert is about; undefined when it is not about one. */
export function poolOf({ labels }: Firing): string | undefined {
  return labels[POOL]
}

/**
 * `pool.explain`: says who has the connections of a pool that is exhausted or leaks, and how many it needs. It changes nothing; it asks the
 * server how many connections there are, on a connection of its own.
 */
export function createPoolExplain(instrumentation: PgInstrumentation): Action {
  const sizes = new BoundedMap<string, { readonly pool: string; readonly size: number }>(MOST_ADVICE)
  return {
    name: 'pool.explain',
    kind: 'advice',
    scope: 'process',
    touches: ['pool'],
    raises: [],
    lowers: ['latency'],
    risk: 0,
    unready: firing => {
      const name = poolOf(firing)
      if (name === undefined) return `the alert has no label ${POOL}, so it is about no pool`
      return instrumentation.poolNamed(name) === undefined ? `this process has no pool ${name}` : undefined
    },
    async run({ firing, signal }: ActionContext): Promise<Receipt> {
      const name = poolOf(firing) ?? ''
      const tracked = instrumentation.poolNamed(name)
      const pool = tracked?.pool
      if (tracked === undefined || pool === undefined) return { summary: `the pool ${name} has ended`, effects: {} }
      const holdings = instrumentation.holdings(name)
      const problems: string[] = []
      let room: ServerRoom | undefined
      try {
        room = await readServerRoom(pool, instrumentation, signal)
      } catch (error) {
        if (!signal.aborted) problems.push(describeProblem('the limit of the server', error))
      }
      const sized = sizeAdvice(tracked, pool, room)
      if (sized?.size !== undefined) sizes.set(sized.advice.what, { pool: name, size: sized.size })
      const advice = [leakAdvice(name, holdings), sized?.advice, holderAdvice(name, holdings)].filter(
        each => each !== undefined,
      )
      return {
        summary: `${holdings.length} of ${limitOf(pool) ?? 'an unknown number of'} connections of the pool ${name} are held${listed(holdings)}`,
        effects: { connections: holdings.length },
        advice,
        ...(problems.length > 0 && { problems }),
      }
    },
    async followed(given) {
      return given.filter(({ what }) => {
        const advised = sizes.get(what)
        const limit = advised && limitOf(instrumentation.poolNamed(advised.pool)?.pool)
        return advised !== undefined && limit !== undefined && limit >= advised.size
      })
    },
  }
}

function leakAdvice(pool: string, holdings: readonly Holding[]): Advice | undefined {
  const leaked = holdings.filter(({ isLeaked }) => isLeaked)
  if (leaked.length === 0) return undefined
  return {
    what: `give back ${counted(leaked.length, 'connection')} of the pool ${pool} that nobody uses: call client.release() on each path, or use pool.query()`,
    why: leaked.slice(0, MOST_NAMED).map(withoutPlace).join('; '),
  }
}

/** Undefined where the size is enough, or too little is known. */
function sizeAdvice(
  { name, use, secondsToSaturation }: KnownPool,
  pool: PoolShape,
  room: ServerRoom | undefined,
): { readonly advice: Advice; readonly size?: number } | undefined {
  const limit = limitOf(pool)
  if (limit === undefined || use === undefined) return undefined
  const needed = connectionsNeeded(use.busy)
  if (needed === undefined || needed <= limit) return undefined
  const littles = `${use.rate.toFixed(1)} checkouts per second of ${inWords(use.seconds)} keep ${use.busy.toFixed(1)} of ${limit} connections busy (Little's law)`
  const soon =
    secondsToSaturation !== undefined && secondsToSaturation > 0
      ? `; all are in use in ${inWords(secondsToSaturation)} if that goes on to rise`
      : ''
  const server = room && `the server allows ${room.most} connections and has ${room.open}`
  if (room !== undefined && limit + shareOfRoom(room, pool.totalCount) < needed)
    return {
      advice: {
        what: `hold the connections of the pool ${name} for less time, or put a pooler such as PgBouncer in front of the server: it has no room for a larger pool`,
        why: `${littles}; ${needed} would do, and ${server}${soon}`,
      },
    }
  return {
    size: needed,
    advice: {
      what: `raise max of the pool ${name} from ${limit} to ${needed}`,
      why: `${littles}; with ${needed}, one call in a hundred waits longer than that (Erlang C)${server ? `; ${server}` : ''}${soon}`,
    },
  }
}

/** Names the job or route that has most of the connections, as far as that is known. */
function holderAdvice(pool: string, holdings: readonly Holding[]): Advice | undefined {
  const healthy = holdings.filter(({ isLeaked, holder }) => !isLeaked && holder !== 'unknown')
  const all = holdings.reduce((sum, { heldMs }) => sum + heldMs, 0)
  const byHolder = Map.groupBy(healthy, ({ holder }) => holder)
  for (const [holder, own] of byHolder) {
    const heldMs = own.reduce((sum, each) => sum + each.heldMs, 0)
    if (!(heldMs > MAIN_SHARE * all)) continue
    return {
      what: `look at ${holder}: it has ${counted(own.length, 'connection')} of the pool ${pool} for ${Math.round((100 * heldMs) / all)} % of the time for which all are held`,
      why: own.slice(0, MOST_NAMED).map(withoutPlace).join('; '),
    }
  }
  return undefined
}

function listed(holdings: readonly Holding[]): string {
  if (holdings.length === 0) return ''
  return `: ${holdings
    .slice(0, MOST_NAMED)
    .map(({ holder, heldMs }) => `${holder} for ${inWords(heldMs / 1000)}`)
    .join(', ')}${holdings.length > MOST_NAMED ? ', and more' : ''}`
}

/** Advice is exported, and a path is not. */
function withoutPlace({ place: _, ...holding }: Holding): string {
  return holdingInWords(holding)
}

function limitOf(pool: PoolShape | undefined): number | undefined {
  const limit: unknown = pool?.options?.max
  return typeof limit === 'number' ? limit : undefined
}

function inWords(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
}
