import { AsyncResource } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import { argumentsOf, isSubmittable, promised, readArguments } from './calling-forms.ts'
import type { Callback, LentCallback, RoutableClient, RoutablePool } from './driver-shapes.ts'

/** What a client without a connection needs. */
export interface LazyClientTerms {
  readonly pool: RoutablePool
  /** Whether this statement only reads, as far as its text is known. */
  readonly onlyReads: (config: unknown) => boolean
  /** Whether the reads of the present context have an order. */
  readonly isInContext: () => boolean
  /** Runs a statement like one of `pool.query()`. */
  readonly query: (args: unknown[]) => unknown
  /** Takes a connection of the primary. */
  readonly connect: (callback: LentCallback) => unknown
  /** It was released, and its last statement has ended. */
  readonly onReturn: () => void
}

type Release = (error?: Error | boolean) => void
type Statement = (done: () => void) => void

const released = (): Error => new Error('The client was released to the pool; take another one with pool.connect()')

/**
 * A client that is lent without a connection. A statement that only reads runs like one of `pool.query()`: it leaves nothing behind in its
 * session, so nobody can tell. The first one of another kind takes a connection of the primary, for everything until the release.
 *
 * Statements run one after the other, as on a connection. Outside of contexts the reads of two servers have no order, while those of one
 * client do: there, only its first statement may move.
 */
export class LazyClient {
  /** Has the class of the pool's clients. */
  readonly client: RoutableClient & EventEmitter
  readonly #terms: LazyClientTerms
  readonly #waiting: (() => void)[] = []
  readonly #forwarded = new Map<string, (...args: unknown[]) => void>()
  #isBusy = false
  #hasRead = false
  #isReleased = false
  #error: Error | boolean | undefined
  #real: RoutableClient | undefined
  #release: Release | undefined

  constructor(terms: LazyClientTerms) {
    this.#terms = terms
    const query = (...args: unknown[]): unknown => this.#query(args)
    const release: Release = error => this.#released(error)
    const own = { configurable: true, writable: true, enumerable: true }
    this.client = Object.create(terms.pool.Client.prototype as object, {
      query: { ...own, value: query },
      release: { ...own, value: release },
    }) as RoutableClient & EventEmitter
    this.client.on('newListener', (event: string) => {
      if (this.#real) this.#forward(event, this.#real)
    })
  }

  #query(args: unknown[]): unknown {
    if (this.#real && !this.#isBusy && !this.#isReleased) return this.#real.query(...args)
    const { config: given, values, callback = callbackOf(given) } = readArguments(args)
    // As pg does, before anything waits for it.
    if (given === null || given === undefined) throw new TypeError('Client was passed a null or undefined query')
    if (isSubmittable(given)) {
      const refuse = (error: unknown): void => (given as { handleError?(error: unknown): void }).handleError?.(error)
      if (this.#isReleased) process.nextTick(refuse, released())
      else
        this.#inTurn(done =>
          this.#pin((error, real) => {
            if (real) real.query(...args)
            else refuse(error)
            done()
          }),
        )
      return given
    }
    const config = copyOf(given)
    const start = (settle: Callback): void => {
      if (this.#isReleased) return process.nextTick(settle, released())
      this.#inTurn(done => {
        const end: Callback = (error, result) => {
          try {
            settle(error, result)
          } finally {
            done()
          }
        }
        const again = argumentsOf(config, values, end)
        if (this.#moves(config)) this.#terms.query(again)
        else this.#pin((error, real) => (real ? real.query(...again) : end(error)))
      })
    }
    if (callback) return start(callback)
    return promised(start)
  }

  #moves(config: unknown): boolean {
    const { onlyReads, isInContext } = this.#terms
    if (!onlyReads(config) || this.#real || (this.#hasRead && !isInContext())) return false
    this.#hasRead = true
    return true
  }

  #inTurn(statement: Statement): void {
    const run = (): void => statement(() => this.#next())
    if (this.#isBusy) return void this.#waiting.push(AsyncResource.bind(run))
    this.#isBusy = true
    run()
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next) return next()
    this.#isBusy = false
    if (this.#isReleased) this.#giveBack()
  }

  #pin(then: (error: Error | undefined, real?: RoutableClient) => void): void {
    if (this.#real) return then(undefined, this.#real)
    this.#terms.connect((error, client, release) => {
      if (error || !client) return then(error ?? new Error('no connection'))
      this.#real = client
      this.#release = release
      for (const event of this.client.eventNames()) this.#forward(String(event), client)
      then(undefined, client)
    })
  }

  /** The listeners of the lent client hear the events of the connection. */
  #forward(event: string, real: RoutableClient): void {
    if (event === 'newListener' || this.#forwarded.has(event)) return
    const hear = (...args: unknown[]): void => void this.client.emit(event, ...args)
    this.#forwarded.set(event, hear)
    real.on(event, hear)
  }

  #released(error: Error | boolean | undefined): void {
    if (this.#isReleased) throw new Error('Release called on client which has already been released to the pool.')
    this.#isReleased = true
    this.#error = error
    if (!this.#isBusy) this.#giveBack()
  }

  #giveBack(): void {
    for (const [event, hear] of this.#forwarded) this.#real?.removeListener(event, hear)
    // Somebody else may have it next.
    this.#real = undefined
    this.#release?.(this.#error)
    this.#terms.onReturn()
  }
}

function callbackOf(config: unknown): Callback | undefined {
  const callback: unknown = (config as { readonly callback?: unknown } | null | undefined)?.callback
  return typeof callback === 'function' ? (callback as Callback) : undefined
}

/** The application's own object stays as it is: before 8.23, pg writes the callback into what it gets. */
function copyOf(config: unknown): unknown {
  if (typeof config !== 'object' || config === null) return config
  return Object.create(Object.getPrototypeOf(config) as object | null, Object.getOwnPropertyDescriptors(config))
}
