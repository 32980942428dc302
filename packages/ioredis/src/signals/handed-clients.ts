import { HandedObjects, patchMethod } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'
import type { EndingCommand } from './command-work.ts'
import { lookupShapes } from './lookup-commands.ts'
import type { LookupCounter } from './lookup-counter.ts'
import type { PendingCommand, RedisClient } from './reply-handler.ts'

/** A command on its way to the server. */
interface SentCommand extends PendingCommand, EndingCommand {
  /** The mark of {@link HandedClients}. */
  [mark: symbol]: true | undefined
}

/** A client that the application handed over. */
export interface HandedClient extends RedisClient {
  sendCommand(command: SentCommand, ...rest: unknown[]): unknown
}

/** An ioredis `Cluster` that the application handed over. */
export interface HandedCluster {
  readonly isCluster: true
  nodes(): HandedClient[]
  on(event: '+node', listener: (node: HandedClient) => void): unknown
  off(event: '+node', listener: (node: HandedClient) => void): unknown
}

export interface HandedClientsContext {
  readonly counter: LookupCounter
  /** Credits the current unit of work with the time of a command. */
  readonly credit: (command: EndingCommand) => void
  /** Whether the hook counts the replies of this client: they must not count twice. */
  readonly isHooked: (client: RedisClient) => boolean
  readonly report: (error: unknown) => void
}

/** Commands that begin or end a transaction. Every command between them is watched, because EXEC answers all of them. */
const BEGIN = new Set(['multi', 'MULTI'])
const END = new Set(['exec', 'EXEC', 'discard', 'DISCARD', 'reset', 'RESET'])

export function isHandedClient(object: object): object is HandedClient {
  const hasQueue = typeof fieldOf(fieldOf(object, 'commandQueue'), 'peekFront') === 'function'
  return hasQueue && typeof fieldOf(object, 'sendCommand') === 'function'
}

export function isHandedCluster(object: object): object is HandedCluster {
  return fieldOf(object, 'isCluster') === true && typeof fieldOf(object, 'nodes') === 'function'
}

/**
 * Counts the lookups of clients whose replies no hook sees. The class that reads replies cannot be reached from a client, so
 * each command that matters is given a `resolve` that counts first: one closure per lookup, where the hook allocates nothing. A mark
 * on the command costs tens of nanoseconds; a WeakSet of the commands would cost a microsecond per lookup.
 */
export class HandedClients {
  readonly #context: HandedClientsContext
  readonly #counted = new WeakSet<HandedClient>()
  /** Marks the commands that are watched: one is sent again after a reconnect, and from the offline queue. */
  readonly #watched = Symbol('homeostat.watched')

  constructor(context: HandedClientsContext) {
    this.#context = context
  }

  /** Counts the lookups of a client, or of each node of a cluster; returns how to stop. */
  count(client: HandedClient | HandedCluster): (() => void) | undefined {
    return isHandedCluster(client) ? this.#countCluster(client) : this.#countClient(client)
  }

  #countCluster(cluster: HandedCluster): () => void {
    const nodes = new HandedObjects<HandedClient>(this.#context.report)
    const followed = nodes.follow(node => (isHandedClient(node) ? this.#countClient(node) : undefined))
    const add = (node: HandedClient): void => nodes.add(node)
    for (const node of cluster.nodes()) add(node)
    cluster.on('+node', add)
    return () => {
      cluster.off('+node', add)
      followed[Symbol.dispose]()
    }
  }

  #countClient(client: HandedClient): (() => void) | undefined {
    // A node of a cluster may be handed over by itself too.
    if (this.#counted.has(client)) return undefined
    this.#counted.add(client)
    let isInTransaction = false
    const restore = patchMethod(client, 'sendCommand', (original, isActive) => {
      const before = (command: SentCommand): void => {
        if (!isActive()) return
        this.#context.credit(command)
        if (this.#context.isHooked(client)) return
        const begins = BEGIN.has(command.name)
        if (begins || isInTransaction || lookupShapes.has(command.name)) this.#watch(client, command, isActive)
        if (begins) isInTransaction = true
        else if (isInTransaction && END.has(command.name)) isInTransaction = false
      }
      const { report } = this.#context
      return function sendCommand(this: HandedClient, command) {
        try {
          before(command)
        } catch (error) {
          report(error)
        }
        // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came, without an array
        return original.apply(this, arguments as unknown as Parameters<HandedClient['sendCommand']>)
      }
    })
    return () => {
      this.#counted.delete(client)
      restore()
    }
  }

  #watch(client: HandedClient, command: SentCommand, isActive: () => boolean): void {
    if (command[this.#watched]) return
    command[this.#watched] = true
    const { counter, isHooked, report } = this.#context
    const { resolve } = command
    command.resolve = reply => {
      try {
        if (isActive() && !isHooked(client)) counter.answered(client, client, command, reply)
      } catch (error) {
        report(error)
      }
      resolve(reply)
    }
  }
}
