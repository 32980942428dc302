import { withinDeadline, type Unavailable } from '@homeostat/optimizer/engines'
import { after, withoutTracing } from '@homeostat/signals'
import { replyTrouble } from './reply-trouble.ts'
import type { CoordinatorClient, OwnClient } from './client.ts'
import { drop, keepAlive, ownClient, untilReady } from './client.ts'

export interface ScriptConnectionOptions {
  /** The application's client. It is duplicated, never used. */
  readonly client: CoordinatorClient
  /** For people: who gave no answer. */
  readonly name: string
  /** The pattern of the keys that the scripts use, for people. */
  readonly keys: string
  /** After which an answer is not waited for any more. */
  readonly timeoutMs: number
  /** The class of the error for a call without a valid answer. */
  readonly Unavailable: Unavailable
}

/** Runs scripts at the application's server, on a connection of our own that is made when it is first needed. */
export class ScriptConnection {
  readonly #options: ScriptConnectionOptions
  readonly #client: OwnClient
  /** Calls that have not ended. */
  #waiting = 0
  #isClosed = false
  /** Why there is no connection. */
  #trouble: unknown

  constructor(options: ScriptConnectionOptions) {
    this.#options = options
    this.#client = ownClient(options.client, options.timeoutMs)
    this.#client.on('error', error => (this.#trouble = error))
  }

  run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const { name, keys: pattern, timeoutMs, Unavailable } = this.#options
    const answer = withoutTracing(() => this.#send(script, keys, args))
    return withinDeadline(name, timeoutMs, answer, Unavailable, error => replyTrouble(error, pattern))
  }

  close(): void {
    this.#isClosed = true
    this.#client.disconnect()
  }

  async #send(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const client = this.#client
    const { name, timeoutMs, Unavailable } = this.#options
    if (this.#isClosed) throw new Unavailable(name, 'it is closed')
    this.#waiting++
    // A blocked server and a cut wire look alike, and on this connection the next call would wait as long.
    const limit = after(timeoutMs, () => drop(client), { holdsProcess: true })
    try {
      if (!(await untilReady(client))) {
        const why = this.#trouble === undefined ? '' : `: ${replyTrouble(this.#trouble, this.#options.keys)}`
        throw new Unavailable(name, `there is no connection${why}`)
      }
      keepAlive(client, true)
      return await client.eval(script, keys.length, ...keys, ...args)
    } catch (error) {
      // The server has become a replica: a new connection may find the one that is not.
      if (isOfReplica(error)) drop(client)
      throw error
    } finally {
      limit[Symbol.dispose]()
      if (--this.#waiting === 0) keepAlive(client, false)
    }
  }
}

function isOfReplica(error: unknown): boolean {
  return error instanceof Error && /^(?:READONLY|MASTERDOWN|LOADING)\b/.test(error.message)
}
