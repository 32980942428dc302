import { startRedis, type Redis as Server } from '@homeostat/services'
import { Queue, Worker, type WorkerOptions } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'

/** Queues and workers of the test, on one Redis for the file. They are closed after the test. */
export class LiveQueues {
  /** Their server and prefix; each test has a prefix of its own. */
  at!: { readonly connection: { readonly host: string; readonly port: number }; readonly prefix: string }
  #server!: Server
  readonly #open: { close(): Promise<void> }[] = []

  constructor() {
    beforeAll(async () => {
      this.#server = await startRedis()
    })
    afterAll(() => this.#server.stop())
    beforeEach(() => {
      const { host, port } = this.#server
      this.at = { connection: { host, port }, prefix: crypto.randomUUID() }
    })
    afterEach(() => Promise.all(this.#open.splice(0).map(object => object.close())))
  }

  queue(name: string): Queue {
    const queue = new Queue(name, this.at)
    this.#open.push(queue)
    return queue
  }

  worker(name: string, work: () => Promise<void>, options: Partial<WorkerOptions> = {}): Worker {
    const worker = new Worker(name, work, { ...this.at, ...options })
    this.closeAfter(worker)
    return worker
  }

  /** Closes a worker after the test, without waiting for jobs that nobody ends any more. */
  closeAfter(worker: { close(isForced: boolean): Promise<void> }): void {
    this.#open.push({ close: () => worker.close(true) })
  }
}
