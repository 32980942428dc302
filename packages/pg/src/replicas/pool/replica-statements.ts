import type { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import type { ReadContext } from '../positions/read-context.ts'
import type { StatementRoutes } from '../routing/statement-routes.ts'
import { argumentsOf, readArguments, withLimit, type Method } from './calling-forms.ts'
import type { Callback } from './driver-shapes.ts'
import type { PositionMonitor } from './position-monitor.ts'
import { isWriteRefused } from './read-failure.ts'
import type { ReadsUnderWay } from './reads-under-way.ts'
import { ReplicaRead } from './replica-read.ts'
import type { Replica } from './replica.ts'
import type { PlaceRefusal, RoutingCounts } from './routing-counts.ts'

/** What running reads on replicas needs. */
export interface ReplicaStatementsTerms {
  readonly storage: AsyncLocalStorage<ReadContext>
  readonly reads: ReadsUnderWay
  readonly counts: RoutingCounts
  readonly monitor: PositionMonitor
  /** How long a read may wait for a replica, in milliseconds. */
  readonly waitMs: number
  readonly routes: () => StatementRoutes | undefined
  /** The replica for a read, or why there is none. */
  readonly choose: (store: ReadContext | undefined, now: number) => Replica | PlaceRefusal
  /** Runs a read on the primary. */
  readonly onPrimary: (args: unknown[], original: () => Method, refusal: PlaceRefusal | undefined) => unknown
}

/** Runs reads of `pool.query()` on replicas, and on the primary where a replica does not answer or none is there in time. */
export class ReplicaStatements {
  readonly #terms: ReplicaStatementsTerms

  constructor(terms: ReplicaStatementsTerms) {
    this.#terms = terms
  }

  /** A statement that only reads, on this replica first. */
  run(replica: Replica, args: unknown[], original: () => Method, text: string): unknown {
    const { config, values, callback } = readArguments(args)
    const store = this.#terms.storage.getStore()
    const { life } = replica
    return this.#terms.reads.answering(callback, store, settle => {
      const read = new ReplicaRead(replica, life, config, values, {
        answered: (error, result) => {
          this.#terms.counts.routed++
          replica.answered++
          store?.readReplica(life)
          settle(error, result)
        },
        failed: error => {
          const routes = this.#terms.routes()
          if (isWriteRefused(error)) routes?.refuse(text)
          this.#terms.counts.retried++
          const judged: Callback = (fromPrimary, result) => {
            if (error !== undefined && replica.judge(error, fromPrimary, performance.now())) routes?.failedAlone(text)
            settle(fromPrimary, result)
          }
          const again = argumentsOf(withLimit(config, read.leftMs), values, judged)
          this.#inContext(store, () => {
            try {
              this.#terms.onPrimary(again, original, undefined)
            } catch (thrown) {
              settle(thrown as Error)
            }
          })
        },
      })
      // Its connections must not belong to this context.
      this.#terms.storage.exit(() => read.start())
    })
  }

  /** Waits until a replica has what the context needs, and takes the primary when that takes too long. */
  runAfterWait(args: unknown[], original: () => Method, text: string, startedAt: number): unknown {
    const { config, values, callback } = readArguments(args)
    const store = this.#terms.storage.getStore()
    return this.#terms.reads.answering(callback, store, settle => {
      const look = async (): Promise<void> => {
        const { monitor, waitMs } = this.#terms
        let choice: Replica | PlaceRefusal = 'behind'
        while (choice === 'behind') {
          const leftMs = startedAt + waitMs - performance.now()
          if (leftMs <= 0) break
          await monitor.nextAnswer(leftMs)
          choice = this.#terms.choose(store, performance.now())
        }
        this.#terms.counts.waited++
        this.#terms.counts.waitedSeconds += (performance.now() - startedAt) / 1000
        const replica = choice
        this.#inContext(store, () =>
          typeof replica === 'string'
            ? this.#terms.onPrimary(argumentsOf(config, values, settle), original, replica)
            : this.run(replica, argumentsOf(config, values, settle), original, text),
        )
      }
      look().catch((error: unknown) => settle(error as Error))
    })
  }

  #inContext(store: ReadContext | undefined, work: () => void): void {
    if (store === undefined) this.#terms.storage.exit(work)
    else this.#terms.storage.run(store, work)
  }
}
