import { TcpProxy } from '@homeostat/services'
import { Queue, Worker, type ConnectionOptions, type QueueOptions } from 'bullmq'
import { afterEach, beforeEach, expect } from 'vitest'
import type { BullMQInstrumentation } from '../../src/index.ts'
import { jobsOf } from '../gauges.ts'
import { loggedLines } from '../logged-lines.ts'
import { ObservedGuard } from '../observed-guard.ts'
import { OwnRedis } from '../own-redis.ts'

export const POLL_MS = 100
/** Enough polls for a line that is repeated to show. */
export const WHILE_MS = 15 * POLL_MS
/** A user whose rules the tests change. */
export const NARROW = { username: 'narrow', password: 'secret' }

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 20 })

/** An observed and guarded application whose Redis the tests disturb, by way of a proxy or on the server itself. */
export class QueueBehindProxy extends OwnRedis {
  prefix!: string
  proxy!: TcpProxy
  /** Closed after the test. */
  readonly open: { close(): Promise<unknown> }[] = []
  readonly lines: readonly string[] = loggedLines()
  #guard!: ObservedGuard

  constructor() {
    super(['--busy-reply-threshold', '100'])
    beforeEach(async () => {
      this.prefix = `{${crypto.randomUUID()}}`
      this.proxy = await TcpProxy.to(this.server)
      this.#guard = new ObservedGuard({ pollIntervalMs: POLL_MS, timeoutMs: 3 * POLL_MS })
    })
    afterEach(async () => {
      this.proxy.set('open')
      await Promise.all(this.open.splice(0).map(object => object.close().catch(() => {})))
      this.#guard[Symbol.dispose]()
      await this.proxy[Symbol.asyncDispose]()
    })
  }

  get instrumentation(): BullMQInstrumentation {
    return this.#guard.instrumentation
  }

  /** The options of the application; it tries again soon, so that the tests do not wait. */
  through(more: object = {}): ConnectionOptions {
    return { port: this.proxy.port, host: '127.0.0.1', retryStrategy: () => 50, ...more } as ConnectionOptions
  }

  queue(
    connection: ConnectionOptions = this.through(),
    { name = 'mail', ...more }: Partial<QueueOptions> & { readonly name?: string } = {},
  ): Queue {
    const queue = new Queue(name, { prefix: this.prefix, connection, ...more })
    queue.on('error', () => {})
    this.open.push(queue)
    return queue
  }

  /** Starts a worker of the application, and returns the jobs that it has run. */
  worker(connection: ConnectionOptions = this.through()): string[] {
    const ran: string[] = []
    const work = async ({ name }: { readonly name: string }): Promise<void> => void ran.push(name)
    const worker = new Worker('mail', work, { prefix: this.prefix, connection, lockDuration: 1000 })
    worker.on('error', () => {})
    this.open.push(worker)
    return ran
  }

  /** Creates the narrow user with all rights, or changes its rules. */
  setUser(...rules: readonly string[]): Promise<unknown> {
    const { username, password } = NARROW
    return this.admin.call('ACL', 'SETUSER', username, 'on', 'resetpass', `>${password}`, '~*', '&*', '+@all', ...rules)
  }

  /** The sizes of the queue as they are reported now. */
  sizes(): Record<string, number> | undefined {
    return jobsOf(this.instrumentation, 'mail')
  }

  readingLines(): string[] {
    return this.lines.filter(text => text.includes('the sizes'))
  }

  guardLines(): string[] {
    return this.lines.filter(text => text.includes('stall guard'))
  }

  /** No line says anything that only the application, its users or its administrators may know. */
  expectPlain(): void {
    for (const text of this.lines) {
      expect(text).not.toMatch(/127\.0|secret|narrow|user_script|:wait|:active|ReplyError|undefined|\n/)
      expect(text).not.toContain(this.prefix)
      expect(text).not.toContain(String(this.proxy.port))
    }
  }
}
