// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import {
  disposeTogether,
  HandedObjects,
  LoopHolds,
  observeRetained,
  patchModuleFile,
  SignalInstrumentation,
  writeLine,
} from '@homeostat/signals'
import type { PgInstrumentationConfig } from './instrumentation-options.ts'
import { DEFAULTS, instrumentationOptions } from './instrumentation-options.ts'
import { ReplicaSeries } from './replicas/replica-series.ts'
import { CallListeners, type ObservedCall } from './signals/call-listeners.ts'
import { Connections } from './signals/connections.ts'
import type { Database } from './signals/database.ts'
import type { ClientClass, ClientShape, ConnectionShape, PoolShape, QueryShape } from './signals/driver.ts'
import { driverClasses, isClient, isPool } from './signals/handed-drivers.ts'
import { OWN_STATEMENT } from './signals/own-statement.ts'
import { LibraryPrototypes } from './signals/library-prototypes.ts'
import { patchPools } from './signals/checkouts/pool-patches.ts'
import type { Holding } from './signals/checkouts/holding.ts'
import { Pools } from './signals/pools.ts'
import type { KnownPool } from './signals/known-pool.ts'
import { timeQueries } from './signals/query-timing.ts'
import type { TimingObserver } from './signals/query-timing.ts'
import { HeldAnswers } from './signals/held-answers.ts'
import type { RepeatedStatement } from './signals/repeated-statement.ts'
import { RepeatedStatements } from './signals/repeated-statements.ts'
import { RepeatSeries } from './signals/repeat-series.ts'
import { RetainedTexts } from './signals/retained-texts.ts'
import { SlowQueries } from './signals/slow-queries.ts'
import { SlowStatements } from './signals/slow-statements.ts'
import { VERSION } from './version.ts'

export type { PgInstrumentationConfig } from './instrumentation-options.ts'

/**
 * Measures [pg](https://node-postgres.com) 8 and its pools: durations of statements, slow statements by summary, and
 * connections used, idle, awaited and allowed per pool.
 *
 * @example
 * ```ts
 * registerInstrumentations({ instrumentations: [new PgInstrumentation({ slowQueryThresholdMs: 100 })] })
 * ```
 */
export class PgInstrumentation extends SignalInstrumentation<PgInstrumentationConfig> {
  /** Slow statements with recent values, for whoever can explain them. In memory only: never export it. */
  readonly slowStatements: SlowStatements
  /** @internal Statements that were slow for the application alone. */
  readonly heldAnswers: HeldAnswers = new HeldAnswers()
  /** @internal Statements that one request sends again and again, without their texts. */
  readonly repeatedStatements: { since(moment: number): readonly RepeatedStatement[] }
  readonly #repeats: RepeatedStatements
  /** @internal The prototypes of the pools' and clients' classes of the copies of pg that were loaded. */
  readonly poolClasses: LibraryPrototypes = new LibraryPrototypes()
  /** @internal */
  readonly clientClasses: LibraryPrototypes = new LibraryPrototypes()
  readonly #calls = new CallListeners()
  /** @internal Texts that those keep who {@link listen}. */
  readonly listenersTexts: RetainedTexts = new RetainedTexts()
  readonly #pools: Pools
  readonly #connections: Connections
  readonly #slowQueries: SlowQueries
  readonly #report = (error: unknown): void => this.registry.faults.report('signal', error)
  readonly #handed = new HandedObjects<PoolShape | ClientShape>(this.#report)

  constructor(config: PgInstrumentationConfig = {}) {
    super('@homeostat/pg', VERSION, config, { schema: instrumentationOptions, path: 'pg' })
    const { maxStatements, poolName, leakAfterMs, captureCheckouts } = { ...DEFAULTS, ...this.config }
    this.slowStatements = new SlowStatements(maxStatements)
    const repeats = new RepeatSeries(this.registry)
    this.repeatedStatements = this.#repeats = new RepeatedStatements((...found) => repeats.record(...found))
    this.#slowQueries = new SlowQueries(this.registry, maxStatements)
    this.#pools = new Pools({
      registry: this.registry,
      name: poolName,
      leakAfterMs,
      isPlaceCaptured: captureCheckouts,
      runningOn: connection => this.#connections.runningOn(connection),
      onLeak: line => writeLine('warn', line),
    })
    this.#connections = new Connections(this.registry, this.#pools)
  }

  /** The pools the application uses now, each known from its first use while the instrumentation was on. */
  get pools(): readonly PoolShape[] {
    return this.#pools.all()
  }

  /** What is known of a pool in use, by its name in telemetry. @internal */
  poolNamed(name: string): KnownPool | undefined {
    return this.#pools.named(name)
  }

  /** The connections that the application has now, of one pool or of all, the longest first: who has them, and since when. */
  holdings(pool?: string): readonly Holding[] {
    return this.#pools.holdings(pool)
  }

  /** Those of them whose server has answered. */
  get answeringPools(): readonly PoolShape[] {
    return this.#pools.answering()
  }

  /** @internal The pools that wait for a statement which is slow already, each with the database that it waits for. */
  overduePools(now: number): ReadonlyMap<PoolShape, { recordLockWaits(sessions: number): void }> {
    const since = now - (this.config.slowQueryThresholdMs ?? DEFAULTS.slowQueryThresholdMs)
    return new Map(
      this.pools.flatMap(pool => {
        const database = this.#connections.busySince(pool, since)
        return database === undefined ? [] : [[pool, database]]
      }),
    )
  }

  /** Hears of every statement that succeeds, until it is disposed of: for as short a time as possible, since each call makes an object then. @internal */
  listen(listener: (call: ObservedCall) => void): Disposable {
    return this.#calls.add(listener)
  }

  /**
   * Measures a `Pool` or a `Client` that no hook can find, e.g. one inside of a bundle, now or once this is on. The other
   * statements of its copy of pg are measured too. The object is not kept alive.
   *
   * @returns false for anything else, which is left alone
   */
  observe(object: object): boolean {
    if (!isPool(object) && !isClient(object)) return false
    this.#handed.add(object)
    return true
  }

  /** @internal Whether a pool or a client was handed over. */
  get wasGivenObjects(): boolean {
    return this.#handed.wasGiven
  }

  /**
   * Never measures the queries of this client, e.g. of one that only serves monitoring. Anything but a client of pg is
   * left alone, with a warning in the OpenTelemetry log: pass each client of a pool, not the pool.
   */
  ignore(client: object): void {
    if (this.#connections.ignore(client)) return
    writeLine(
      'warn',
      '@homeostat/pg: ignore() was called with something that is not a client of pg, so nothing is ignored; of a Pool, pass each client: pool.on("connect", client => instrumentation.ignore(client))',
    )
  }

  protected override activate(): Disposable {
    const report = this.#report
    const holds = new LoopHolds()
    const replicas = new ReplicaSeries(this.registry)
    const observer = this.#observer(report, holds)
    const clients = patchModuleFile(
      'pg',
      'lib/client',
      exports => {
        const restore = timeQueries(exports as ClientClass, observer)
        this.clientClasses.add((exports as ClientClass).prototype)
        return restore
      },
      report,
    )
    const pools = patchModuleFile('pg-pool', 'index', exports => this.#findPools(exports), report)
    return disposeTogether(
      holds,
      this.registry.observe(() => this.#pools.observe()),
      { [Symbol.dispose]: () => this.#pools.write() },
      this.registry.observe(() => replicas.observe()),
      observeRetained(this.registry, [
        this.slowStatements.retained,
        this.#slowQueries.retained,
        this.listenersTexts.share,
      ]),
      clients,
      patchModuleFile('pg', 'lib/native/client', reportNative, report),
      pools,
      this.#handed.follow(object => {
        const classes = driverClasses(object)
        // The hook patches the same classes, so a copy that it has found is not patched twice.
        if (classes.client) clients.apply(classes.client)
        if (classes.pool) pools.apply(classes.pool)
        if (isPool(object)) this.#pools.add(object)
        return undefined
      }),
    )
  }

  #observer(report: (error: unknown) => void, holds: LoopHolds): TimingObserver {
    const connections = this.#connections
    const calls = this.#calls
    return {
      listeners: calls,
      ended: ({ text }, connection, durationMs) => {
        const origin = connections.originOf(connection)
        const searchPath = connections.runningOn(connection)?.session.settings['search_path']
        if (text !== undefined && origin !== undefined) calls.call({ text, durationMs, origin, searchPath })
      },
      slowMs: this.config.slowQueryThresholdMs ?? DEFAULTS.slowQueryThresholdMs,
      now: () => performance.now(),
      holds,
      repeats: this.#repeats,
      heldAnswers: this.heldAnswers,
      timed: new WeakSet(),
      connections,
      slow: (query, database, connection, durationMs) => this.#slow(query, database, connection, durationMs),
      report,
    }
  }

  #slow(query: QueryShape, database: Database, connection: ConnectionShape, durationMs: number): void {
    const { text, values } = query
    // Neither the application's to make faster, nor are its values to be kept.
    if (text?.startsWith(OWN_STATEMENT)) return
    // A prepared statement may run again by its name alone.
    const summary = this.#slowQueries.count(text ?? '', database)
    const origin = this.#connections.originOf(connection)
    if (text === undefined || origin === undefined) return
    const running = this.#connections.runningOn(connection)
    const sentFor = running?.endedFor
    const around = running && {
      settings: running.session.settings,
      inTransaction: running.session.inTransaction,
      ...(sentFor !== undefined && { sentFor }),
    }
    this.slowStatements.add({ text, summary, values, durationMs, origin, rows: rowsOf(query), ...around }, Date.now())
  }

  #findPools(exports: unknown): () => void {
    const restore = patchPools(exports, this.#pools)
    this.poolClasses.add((exports as { readonly prototype: object }).prototype)
    return restore
  }
}

/** How many rows the answer to one statement has, or says to have written. */
function rowsOf({ _result: result }: QueryShape): number | undefined {
  const rows = (result as { readonly rowCount?: unknown } | null | undefined)?.rowCount
  return typeof rows === 'number' ? rows : undefined
}

/** Says once that a part of the application is not measured, and changes nothing. */
function reportNative(): () => void {
  writeLine(
    'warn',
    '@homeostat/pg: pg.native is in use: its statements are not measured, its pools are; use the JavaScript client',
  )
  return () => undefined
}
