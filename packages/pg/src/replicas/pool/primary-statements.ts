import type { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import type { ReadContext } from '../positions/read-context.ts'
import type { SessionChange } from '../routing/session-statements.ts'
import type { Route, StatementRoutes } from '../routing/statement-routes.ts'
import { changesCatalog, followed, isSubmittable, isThenable, textOf, type Method } from './calling-forms.ts'
import type { Callback, RoutablePool } from './driver-shapes.ts'
import type { LentClients } from './lent-clients.ts'
import type { PositionMonitor } from './position-monitor.ts'
import { warnOnce } from './warn-once.ts'

/** What running statements needs. */
export interface PrimaryStatementsTerms {
  readonly pool: RoutablePool
  readonly clients: LentClients
  readonly monitor: PositionMonitor
  readonly storage: AsyncLocalStorage<ReadContext>
  /** The context of code that runs in none. */
  readonly everybody: ReadContext
}

/** A text and what is known of it. */
export interface RoutedText {
  readonly text: string
  readonly route: Route
  readonly routes: StatementRoutes
}

type Run = (args: unknown[]) => unknown

/** Runs statements of `pool.query()` on the primary, and notes what they may have changed. */
export class PrimaryStatements {
  readonly #terms: PrimaryStatementsTerms
  readonly #warnOfSession = warnOnce(
    'query() of the pool has begun a transaction or made a setting: reads stay on the primary until COMMIT, ROLLBACK or RESET, or until that connection is closed. Use connect() of the pool for transactions, and its event connect for settings',
  )

  constructor(terms: PrimaryStatementsTerms) {
    this.#terms = terms
  }

  /** A statement with a text that does more than read. */
  runText(args: unknown[], original: () => Method, { text, route, routes }: RoutedText): unknown {
    const [config] = args
    const run: Run = sent => this.run(sent, original, config, route === 'unknown')
    const change = routes.sessionChange(text)
    const inSession: Run = change === undefined ? run : sent => this.#changeSession(change, sent, run)
    return changesCatalog(text) ? changeCatalog(routes, args, inSession) : inSession(args)
  }

  /**
   * @param config - undefined for a statement that only reads
   * @param isUnknown - whether it is not known yet whether it does
   */
  run(args: unknown[], original: () => Method, config: unknown, isUnknown = false): unknown {
    const { pool, monitor, storage, everybody, clients } = this.#terms
    const store = storage.getStore()
    const isRead = config === undefined
    if (!isRead) monitor.used(performance.now())
    const end = (): void => {
      if (isRead) store?.readPrimary()
      else {
        everybody.wrote()
        if (store === undefined) return
        const text = isUnknown ? textOf(config) : undefined
        if (text === undefined) store.wrote()
        else store.mayHaveWritten(text)
        monitor.wanted()
      }
    }
    const callbackAt = args.findLastIndex(each => typeof each === 'function')
    if (callbackAt > 0) {
      const callback = args[callbackAt] as Callback
      args[callbackAt] = (error: Error | undefined, result: unknown): void => {
        end()
        if (store === undefined) callback(error, result)
        else storage.run(store, callback, error, result)
      }
      return clients.forPool(() => original().apply(pool, args))
    }
    // Nobody reports the end of a stream or a cursor: its client is followed as a borrowed one is.
    if (isSubmittable(config)) return clients.forPool(() => original().apply(pool, args), true)
    const result = clients.forPool(() => original().apply(pool, args))
    if (isThenable(result)) void result.then(end, end)
    return result
  }

  #changeSession(change: SessionChange, args: unknown[], run: Run): unknown {
    const { clients } = this.#terms
    if (change.sets.length > 0 || change.resets.length === 0) this.#warnOfSession()
    const ended = clients.changed.pending()
    try {
      return followed(args, ended, sent => clients.changing(change, () => run(sent)))
    } catch (error) {
      ended()
      throw error
    }
  }
}

/** What statements mean may change as soon as this one runs, and until it has ended. */
function changeCatalog(routes: StatementRoutes, args: unknown[], run: Run): unknown {
  const forget = (): void => routes.forget()
  forget()
  return followed(args, forget, run)
}
