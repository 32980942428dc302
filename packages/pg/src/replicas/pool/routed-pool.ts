import { writeLine } from '@homeostat/signals'
import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { nextMoment } from '../positions/moments.ts'
import { ReadContext } from '../positions/read-context.ts'
import type { StatementRoutes } from '../routing/statement-routes.ts'
import { BorrowedClients } from './borrowed-clients.ts'
import { answering, followed, override, readArguments, textOf, type Method } from './calling-forms.ts'
import type { RoutablePool } from './driver-shapes.ts'
import { LentClients } from './lent-clients.ts'
import { poolHasEnded } from './pool-end.ts'
import { PlainMethods } from './plain-methods.ts'
import type { PositionMonitor } from './position-monitor.ts'
import { PrimaryStatements } from './primary-statements.ts'
import type { Promotions } from './promotions.ts'
import { ReadsUnderWay } from './reads-under-way.ts'
import type { Replica } from './replica.ts'
import { ReplicaChoice } from './replica-choice.ts'
import { ReplicaStatements } from './replica-statements.ts'
import { warnOnce } from './warn-once.ts'
import type { ReplicaShare } from './replica-share.ts'
import type { LagLimit } from './lag-limit.ts'
import { RoutingCounts, type PlaceRefusal } from './routing-counts.ts'

/** What a routed pool is made of. */
export interface RoutedPoolParts {
  readonly pool: RoutablePool
  readonly replicas: readonly Replica[]
  /** Undefined until the grammar is loaded, and where it is not installed. */
  readonly routes: () => StatementRoutes | undefined
  readonly monitor: PositionMonitor
  readonly lag: LagLimit
  readonly promotions: Promotions
  /** How long a read may wait for a replica, in milliseconds. */
  readonly waitMs: number
  readonly isMonotonic: boolean
  readonly share: ReplicaShare
  /** Whether borrowed clients begin without a connection. */
  readonly lendsLazily: boolean
}

/** Sends the statements of `pool.query()` that only read to replicas, and leaves everything else where it was. */
export class RoutedPool {
  readonly counts: RoutingCounts = new RoutingCounts()
  readonly storage: AsyncLocalStorage<ReadContext> = new AsyncLocalStorage()
  /** The context of code that runs in none: every write of the process counts for it. */
  readonly everybody: ReadContext = new ReadContext(true)
  readonly #parts: RoutedPoolParts
  readonly #choice: ReplicaChoice
  readonly #clients: LentClients
  readonly reads: ReadsUnderWay = new ReadsUnderWay(this.storage)
  /** Its clients that the application borrows. */
  readonly borrowed: BorrowedClients
  readonly #methods: PlainMethods
  readonly #onPrimary: PrimaryStatements
  readonly #onReplicas: ReplicaStatements
  #everyone = 0
  #isActive = true
  #isClosed = false
  #closing: Promise<unknown> | undefined
  readonly #warnOfMethods = warnOnce(
    `reads stay on the primary: the application has its own query() or connect() around the pool's, and it would not run for them. Wrap the pool after createReplicaPool() instead`,
  )

  constructor(parts: RoutedPoolParts) {
    this.#parts = parts
    this.#methods = new PlainMethods(parts.pool)
    this.#choice = new ReplicaChoice(parts.replicas, parts.monitor, parts.pool)
    this.#clients = new LentClients({
      storage: this.storage,
      everybody: this.everybody,
      onNotification: () => this.forEveryone(),
      isElsewhere: client => parts.promotions.isElsewhere(client),
      onWrite: () => parts.monitor.wanted(),
      onCatalogChange: () => parts.routes()?.forget(),
      onUnknownClient: () => {
        if (this.#isActive)
          writeLine(
            'warn',
            '@homeostat/pg: nothing moves to replicas: the clients of the pool are not those of the JavaScript driver',
          )
        this.deactivate()
      },
    })
    const { pool, monitor, waitMs, routes } = parts
    const { storage, everybody, reads, counts } = this
    this.#onPrimary = new PrimaryStatements({ pool, monitor, storage, everybody, clients: this.#clients })
    this.#onReplicas = new ReplicaStatements({
      storage,
      reads,
      counts,
      monitor,
      waitMs,
      routes,
      choose: (store, now) => this.#chooseFor(store, now),
      onPrimary: (args, original, refusal) => this.#runOnPrimary(args, original, undefined, refusal),
    })
    this.borrowed = new BorrowedClients({
      pool: parts.pool,
      clients: this.#clients,
      routes: parts.routes,
      isInContext: () => this.storage.getStore() !== undefined,
      isClosed: () => this.#isClosed,
      lendsLazily: () => parts.lendsLazily && this.#isActive,
    })
  }

  /** A context for one request or job. */
  newContext(): ReadContext {
    const { share } = this.#parts
    const arm = share.nextArm()
    return new ReadContext(share.draws(arm), arm)
  }

  /** Something has happened that every context's next read must show. */
  forEveryone(): void {
    this.#everyone = nextMoment()
  }

  /** The last event that concerns every context. */
  get everyone(): number {
    return this.#everyone
  }

  /** Routes nothing any more. */
  deactivate(): void {
    this.#isActive = false
  }

  /**
   * Takes no more statements: the pool ends.
   *
   * @returns when the reads under way are answered and the borrowed clients released that the pool does not know; undefined without any
   */
  close(): Promise<unknown> | undefined {
    this.#isClosed = true
    const reads = this.reads.settled()
    const clients = this.borrowed.returned()
    this.#closing = reads || clients ? Promise.all([reads, clients]) : undefined
    return this.#closing
  }

  /** Settles when nothing needs the routing any more. */
  settled(): Promise<unknown> | undefined {
    return this.#closing ?? this.reads.settled()
  }

  /** Where a read would run now: the name of a replica, or why not on one. */
  placeOfRead(): string {
    if (!this.#isActive) return 'no_replica'
    const choice = this.#chooseFor(this.storage.getStore(), performance.now())
    return typeof choice === 'string' ? choice : choice.name
  }

  /** Replaces `query` and `connect` of the pool. @returns what restores them */
  install(): () => void {
    const { pool } = this.#parts
    this.#clients.adopt(pool)
    const restoreQuery = override(pool, 'query', original => {
      const route = (args: unknown[]): unknown => this.#query(args, original)
      return function query(this: unknown, ...args: unknown[]): unknown {
        return route(args)
      }
    })
    const restoreConnect = this.borrowed.install()
    this.#methods.replaced()
    return () => {
      restoreQuery()
      restoreConnect()
    }
  }

  #query(args: unknown[], original: () => Method): unknown {
    const [config] = args
    if (this.#isClosed) {
      const { callback } = readArguments(args)
      return answering(callback, undefined, this.storage, settle => settle(poolHasEnded()))
    }
    const text = textOf(config)
    if (!this.#isActive) return original().apply(this.#parts.pool, args)
    if (text === undefined) return this.#runOnPrimary(args, original, config, 'not_text')
    const routes = this.#parts.routes()
    if (routes === undefined) return this.#runOnPrimary(args, original, config, 'no_grammar')
    const route = routes.of(text)
    if (route === 'read') return this.#read(args, original, text, performance.now())
    this.counts.refuse(route)
    return this.#onPrimary.runText(args, original, { text, route, routes })
  }

  #read(args: unknown[], original: () => Method, text: string, now: number): unknown {
    const store = this.storage.getStore()
    const arm = store?.arm
    if (arm === undefined) return this.#place(args, original, text, now, store)
    const { share } = this.#parts
    return followed(
      args,
      () => share.ended(arm, (performance.now() - now) / 1000),
      inHalf => this.#place(inHalf, original, text, now, store),
    )
  }

  #place(args: unknown[], original: () => Method, text: string, now: number, store: ReadContext | undefined): unknown {
    const { monitor, waitMs } = this.#parts
    monitor.used(now)
    const choice = this.#chooseFor(store, now)
    if (typeof choice !== 'string') return this.#onReplicas.run(choice, args, original, text)
    if (choice === 'behind') monitor.wanted()
    if (choice === 'behind' && waitMs > 0) return this.#onReplicas.runAfterWait(args, original, text, now)
    return this.#runOnPrimary(args, original, undefined, choice)
  }

  #chooseFor(store: ReadContext | undefined, now: number): Replica | PlaceRefusal {
    const context = store ?? this.everybody
    const { share, lag, isMonotonic } = this.#parts
    if (!this.#methods.arePlain) {
      this.#warnOfMethods()
      return 'wrapped'
    }
    if (this.#clients.changed.some) return 'session'
    if (store === undefined ? !share.draws(undefined) : !store.usesReplicas) return 'weight'
    return this.#choice.choose({
      context,
      now,
      maxLagMs: lag.limitMs(now),
      everyone: this.#everyone,
      // Reads of unrelated code have no order.
      isMonotonic: isMonotonic && store !== undefined,
    })
  }

  /** @param config - undefined for a statement that only reads */
  #runOnPrimary(args: unknown[], original: () => Method, config: unknown, refusal: PlaceRefusal | undefined): unknown {
    if (refusal !== undefined) this.counts.refuse(refusal)
    return this.#onPrimary.run(args, original, config)
  }
}
