import { Queue, Worker, type Processor } from 'bullmq'
import { afterEach, beforeEach } from 'vitest'
import { BullMQInstrumentation } from '../src/index.ts'
import { OwnRedis } from './own-redis.ts'

/** A Redis server of the test file's own, and for each test a prefix and an instrumentation of its own. */
export class ObservedRedis extends OwnRedis {
  instrumentation!: BullMQInstrumentation
  /** The server and the prefix of the test's queues and workers. */
  at!: { readonly connection: { readonly host: string; readonly port: number }; readonly prefix: string }
  /** Closed after the test. */
  readonly open: { close(): Promise<void> }[] = []

  constructor(pollIntervalMs: number) {
    super()
    beforeEach(() => {
      const { host, port } = this.server
      this.at = { connection: { host, port }, prefix: crypto.randomUUID() }
      this.instrumentation = new BullMQInstrumentation({ pollIntervalMs })
      this.instrumentation.enable()
    })
    afterEach(async () => {
      this.instrumentation.disable()
      await this.admin.call('CLIENT', 'UNPAUSE')
      await Promise.all(this.open.splice(0).map(object => object.close()))
    })
  }

  queue(name: string, options: object = {}): Queue {
    const queue = new Queue(name, { ...this.at, ...options })
    this.open.push(queue)
    return queue
  }

  worker(name: string, work: Processor, options: object = {}): Worker {
    const worker = new Worker(name, work, { ...this.at, ...options })
    this.open.push(worker)
    return worker
  }
}
