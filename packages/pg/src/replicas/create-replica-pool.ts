import Module from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { every, logFirst, writeLine } from '@homeostat/signals'
import { checkedOptions } from '@homeostat/signals/options'
import { UnroutablePoolError } from '../errors.ts'
import { addressOf, formatAddress } from '../signals/pool-address.ts'
import { isNative, isRoutablePool, type RoutablePool, type RoutablePoolClass } from './pool/driver-shapes.ts'
import { LagLimit } from './pool/lag-limit.ts'
import { replaceEnd } from './pool/pool-end.ts'
import { PositionMonitor } from './pool/position-monitor.ts'
import { Probe } from './pool/probe.ts'
import { Promotions } from './pool/promotions.ts'
import { Replica } from './pool/replica.ts'
import { poolOf, shareSetup } from './pool/replica-pools.ts'
import { ReplicaShare } from './pool/replica-share.ts'
import { RoutedPool } from './pool/routed-pool.ts'
import { knownReplicaPools } from './replica-pools-of-process.ts'
import { REPLICA_DEFAULTS, replicaPoolSettings, type ReplicaPoolOptions } from './replica-options.ts'
import type { ReplicaRoutingParts } from './replica-routing-parts.ts'
import { ReplicaRouting } from './replica-routing.ts'
import { loadGrammar } from '../grammar.ts'
import { StatementRoutes } from './routing/statement-routes.ts'
import { TokenSigner } from './tokens/read-token.ts'

/** The pool that was made of options, for code without the types of pg. */
export interface MadePool extends Omit<RoutablePool, 'query'> {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows its rows, as with pg
  query<Row = Record<string, unknown>>(
    config: string | object,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>
}

/** A pool whose reads are routed. */
export type ReplicaPool<P> = P & {
  /** Contexts, tokens, and what routing does. */
  readonly routing: ReplicaRouting
}

const LEAST_SECRET_CHARS = 16
const CATALOG_ANSWER_MS = 10_000
const CATALOG_IDLE_MS = 5_000

/**
 * Sends what only reads to replicas. The pool stays a `pg.Pool`: events, `connect()`, callbacks, cursors, types and `end()` work as
 * before, and only single statements of `pool.query()` that Postgres's own grammar and catalog prove to read move. A read
 * never shows less than what was written before in its context, see {@link ReplicaRouting.run}; without contexts, in this process.
 *
 * It needs the package `libpg-query`; without it everything stays on the primary. It opens one connection of its own to each server, and
 * a second one to the primary for as long as it asks the catalog.
 *
 * @throws UnroutablePoolError when the primary is not a pool of pg, or is routed already
 *
 * @example
 * ```ts no-run: it needs a replica
 * import { Pool } from 'pg'
 *
 * const pool = createReplicaPool({
 *   primary: new Pool({ connectionString: process.env['DATABASE_URL'] }),
 *   replicas: [{ host: 'replica-1' }, { host: 'replica-2' }],
 * })
 * const { rows } = await pool.query('SELECT name FROM customers WHERE id = $1', [7])
 * ```
 */
export function createReplicaPool<P extends { query: unknown }>(options: ReplicaPoolOptions<P>): ReplicaPool<P>
/**
 * The same for a primary that is given by options or a connection string. Which pool is made of them is for the caller to say:
 * `createReplicaPool<Pool>({ primary: url, replicas })`.
 */
export function createReplicaPool<P = MadePool>(options: ReplicaPoolOptions): ReplicaPool<P>
export function createReplicaPool(options: ReplicaPoolOptions): unknown {
  if (typeof options !== 'object' || options === null)
    throw new UnroutablePoolError('it takes an object with primary and replicas')
  const { primary, replicas: addresses, ...given } = options
  const settings = { ...REPLICA_DEFAULTS, ...checkedOptions(replicaPoolSettings, given, 'createReplicaPool') }
  const pool = isRoutablePool(primary) ? primary : newPool(primary)
  if (isNative(pool)) throw new UnroutablePoolError('pg.native cannot be routed; use the Pool of the JavaScript driver')
  const known = knownReplicaPools()
  if (known.has((pool as Partial<ReplicaPool<object>>).routing!))
    throw new UnroutablePoolError('the pool is routed already')
  const report = logFirst('the routing of reads')
  const replicas = replicasOf(addresses, pool)
  const lag = new LagLimit(settings.maxLagMs)
  const share = new ReplicaShare(settings.weight, Math.random)
  let routes: StatementRoutes | undefined
  let isLed = false
  const promotions = new Promotions({
    primary: pool,
    follows: settings.followPromotions,
    onFollow: () => {
      isLed = true
      monitor.primary.drop()
      catalog.drop()
    },
  })
  const monitor: PositionMonitor = new PositionMonitor({
    primary: pool,
    replicas: replicas.map(({ replica }) => replica),
    pollMs: settings.pollMs,
    timeoutMs: settings.answerMs,
    now: () => performance.now(),
    promotions,
    onPrimaryChanged: () => {
      routed.forEveryone()
      // Connections to the server of before are not lent any more.
      if (isLed) isLed = false
      else routed.borrowed.dropIdle()
    },
    report,
  })
  const routed: RoutedPool = new RoutedPool({
    pool,
    replicas: replicas.map(({ replica }) => replica),
    routes: () => routes,
    monitor,
    lag,
    promotions,
    waitMs: settings.waitMs,
    isMonotonic: settings.monotonicReads,
    share,
    lendsLazily: settings.lazyClients,
  })
  const catalog = new Probe({ pool, timeoutMs: CATALOG_ANSWER_MS, idleMs: CATALOG_IDLE_MS })
  const ready = (async (): Promise<void> => {
    const grammar = await loadGrammar()
    if (grammar === undefined) {
      writeLine(
        'warn',
        '@homeostat/pg: libpg-query is not installed, so no statement is known to read only: all stay on the primary',
      )
      return
    }
    routes = new StatementRoutes({
      grammar,
      query: (text, values) => catalog.ask(text, values),
      maxTexts: settings.maxStatements,
      report,
    })
    await monitor.firstAnswers(settings.answerMs)
  })()
  ready.catch(report)
  const refresh = every(settings.catalogMs, () => routes?.refresh(), report)
  const restore = routed.install()
  const restoreEnd = replaceEnd({ pool, close: () => routed.close(), stop: () => stop(), report })
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      routed.deactivate()
      refresh[Symbol.dispose]()
      // Until then the monitor moves those that a replica keeps.
      await routed.settled()
      routes?.[Symbol.dispose]()
      monitor[Symbol.dispose]()
      catalog.close()
      known.delete(routing)
      restore()
      restoreEnd()
      await Promise.all(replicas.filter(({ isOwn }) => isOwn).map(({ replica }) => replica.end(settings.answerMs)))
    })()
    return stopping
  }
  const signer = signerOf(settings.tokenSecrets)
  const parts: ReplicaRoutingParts = {
    routed,
    share,
    monitor,
    replicas: replicas.map(({ replica }) => replica),
    lag,
    promotions,
    signer,
    routes: () => routes,
    ready,
    stop,
  }
  const routing: ReplicaRouting = new ReplicaRouting(parts)
  known.add(routing)
  monitor.start()
  Object.defineProperty(pool, 'routing', { configurable: true, writable: true, enumerable: false, value: routing })
  return pool
}

function newPool(options: unknown): RoutablePool {
  for (const from of [join(process.cwd(), 'index.js'), import.meta.url]) {
    let loaded: { readonly Pool: RoutablePoolClass }
    try {
      loaded = Module.createRequire(from)('pg') as { readonly Pool: RoutablePoolClass }
    } catch {
      // The next place may have it.
      continue
    }
    if (!isAddress(options)) break
    return new loaded.Pool(typeof options === 'string' ? { connectionString: options } : options)
  }
  throw new UnroutablePoolError('primary is not a pool of pg; pass new pg.Pool()')
}

function replicasOf(
  addresses: unknown,
  primary: RoutablePool,
): readonly { readonly replica: Replica; readonly isOwn: boolean }[] {
  const list: readonly unknown[] = Array.isArray(addresses) ? addresses : []
  if (!Array.isArray(addresses))
    writeLine('warn', '@homeostat/pg: replicas is not a list of pools, options or connection strings: nothing moves')
  return list.flatMap((address, index) => {
    if (!isRoutablePool(address) && !isAddress(address)) {
      writeLine(
        'warn',
        `@homeostat/pg: replicas[${index}] is not a pool, its options or a connection string; it is left out`,
      )
      return []
    }
    if (isRoutablePool(address) && isNative(address)) {
      writeLine(
        'warn',
        `@homeostat/pg: replicas[${index}] is a pool of pg.native, which cannot be routed; it is left out`,
      )
      return []
    }
    const isOwn = !isRoutablePool(address)
    const pool = poolOf(address, primary)
    const replica = new Replica(pool, formatAddress(addressOf(pool.options)))
    // An idle connection that breaks would otherwise end the process.
    pool.on('error', () => {})
    if (isOwn) {
      replica.own()
      shareSetup(replica, primary)
    }
    return [{ replica, isOwn }]
  })
}

/** Whether it is a connection string, or options of a pool: a `pg.Client` and a list are objects too. */
function isAddress(value: unknown): value is object | string {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' && value !== ''
  return !Array.isArray(value) && !('query' in value)
}

function signerOf(secrets: readonly string[] | undefined): TokenSigner | undefined {
  const usable = (secrets ?? []).filter(secret => secret.length >= LEAST_SECRET_CHARS)
  if (usable.length < (secrets?.length ?? 0))
    writeLine(
      'warn',
      `@homeostat/pg: a secret of tokenSecrets has fewer than ${LEAST_SECRET_CHARS} characters; it is not used`,
    )
  return usable.length === 0 ? undefined : new TokenSigner(usable)
}
