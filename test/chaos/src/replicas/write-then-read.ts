import type { ReplicaPool } from '@homeostat/pg/replicas'
import type pg from 'pg'

/** How the read of a pair follows its write. */
export type Following = 'in the request' | 'in the next request' | 'in a job' | 'later'

/** One way to choose where the read of a pair runs. */
export interface Strategy {
  readonly name: string
  /** Writes the value of a row and reads it again. @returns what was read; undefined when the write failed, so that there is nothing to see */
  pair(id: number, value: number, following: Following): Promise<number | undefined>
  /** Reads a row that somebody else may have written. */
  browse(id: number): Promise<unknown>
  /** Reads so far, and those of them that replicas answered. */
  reads(): { readonly all: number; readonly onReplicas: number }
}

export const WRITE = 'UPDATE accounts SET balance = $1 WHERE id = $2'
export const READ = 'SELECT balance FROM accounts WHERE id = $1'
/** What many applications wait after a write. */
const STICKY_MS = 5_000
/** How long after the write the late reads come. */
const LATER_MS = 5_200

/** Reads from a replica at random, and from the primary when that fails. */
export function naive(primary: pg.Pool, replicas: readonly pg.Pool[]): Strategy {
  const counts = { all: 0, onReplicas: 0 }
  return {
    name: 'naive',
    reads: () => counts,
    browse: id => readAnywhere(primary, replicas, id, counts),
    async pair(id, value, following) {
      if (!(await written(primary.query(WRITE, [value, id])))) return undefined
      if (following === 'later') await pause(LATER_MS)
      return readAnywhere(primary, replicas, id, counts)
    },
  }
}

/** Reads from the primary for some seconds after a write of the same process. A job is another process. */
export function sticky(primary: pg.Pool, replicas: readonly pg.Pool[]): Strategy {
  const counts = { all: 0, onReplicas: 0 }
  return {
    name: `sticky ${STICKY_MS / 1000} s`,
    reads: () => counts,
    // Others have written nothing.
    browse: id => readAnywhere(primary, replicas, id, counts),
    async pair(id, value, following) {
      if (!(await written(primary.query(WRITE, [value, id])))) return undefined
      const at = performance.now()
      if (following === 'later') await pause(LATER_MS)
      if (following === 'in a job' || performance.now() - at > STICKY_MS)
        return readAnywhere(primary, replicas, id, counts)
      counts.all++
      return balanceIn(await primary.query(READ, [id]))
    },
  }
}

/** Routed, in contexts, with tokens to a pool that stands for another process. */
export function byPosition(pool: ReplicaPool<pg.Pool>, other: ReplicaPool<pg.Pool>): Strategy {
  let reads = 0
  const read = async (from: ReplicaPool<pg.Pool>, id: number): Promise<number | undefined> => {
    reads++
    return balanceIn(await from.query(READ, [id]))
  }
  // A user who comes back seconds later has a token whose position is known.
  const tokenFor = async (following: Following): Promise<string | undefined> =>
    following === 'later' ? pool.routing.knownToken() : pool.routing.token()
  return {
    name: 'positions',
    browse: id => pool.routing.run(() => read(pool, id)),
    reads: () => ({ all: reads, onReplicas: pool.routing.counts.routed + other.routing.counts.routed }),
    async pair(id, value, following) {
      const first = await pool.routing.run(async () => {
        if (!(await written(pool.query(WRITE, [value, id])))) return undefined
        if (following === 'in the request') return { balance: await read(pool, id) }
        return { token: await tokenFor(following), data: pool.routing.jobData({ id }) }
      })
      if (first === undefined) return undefined
      if ('balance' in first) return first.balance
      if (following === 'in a job')
        return other.routing.processor(async job => read(other, (job.data as { id: number }).id))({ data: first.data })
      if (following === 'later') await pause(LATER_MS)
      return other.routing.run(() => read(other, id), first.token)
    },
  }
}

async function readAnywhere(
  primary: pg.Pool,
  replicas: readonly pg.Pool[],
  id: number,
  counts: { all: number; onReplicas: number },
): Promise<number> {
  counts.all++
  try {
    const balance = balanceIn(await replicas[Math.floor(Math.random() * replicas.length)]!.query(READ, [id]))
    counts.onReplicas++
    return balance
  } catch {
    return balanceIn(await primary.query(READ, [id]))
  }
}

function balanceIn({ rows }: pg.QueryResult): number {
  return Number((rows[0] as { readonly balance: unknown }).balance)
}

function written(query: Promise<unknown>): Promise<boolean> {
  return query.then(
    () => true,
    () => false,
  )
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => void setTimeout(resolve, ms))
}
