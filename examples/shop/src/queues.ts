import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Job, OrderPaid, QueueName } from './jobs.ts'
import { queueNames } from './jobs.ts'

/** Jobs of one queue that this process works on at a time. */
const CONCURRENCY = 2

/** The queues and their workers, on connections of their own. */
export class Queues implements AsyncDisposable {
  readonly #connection: Redis
  readonly #queues: readonly Queue<OrderPaid>[]
  readonly #workers: readonly Worker<OrderPaid>[]

  constructor(redisUrl: string, prefix: string, jobs: Record<QueueName, Job>) {
    // BullMQ waits for its server itself, and asks for this setting.
    this.#connection = new Redis(redisUrl, { maxRetriesPerRequest: null })
    const connection = this.#connection
    // The client in redis.ts reports the loss of the server. Without a listener the error would end the process.
    const ignore = (): void => undefined
    connection.on('error', ignore)
    this.#queues = queueNames.map(name => {
      const defaultJobOptions = { removeOnComplete: 100, removeOnFail: 100 }
      return new Queue<OrderPaid>(name, { connection, prefix, defaultJobOptions }).on('error', ignore)
    })
    this.#workers = queueNames.map(name => {
      const work = ({ data }: { data: OrderPaid }): Promise<void> => jobs[name](data)
      return new Worker<OrderPaid>(name, work, { connection, prefix, concurrency: CONCURRENCY }).on('error', ignore)
    })
  }

  /** Tells all queues. False without Redis: the order counts all the same, and nobody is kept waiting. */
  async publish(order: OrderPaid): Promise<boolean> {
    if (this.#connection.status !== 'ready') return false
    await Promise.all(this.#queues.map(queue => queue.add('order-paid', order)))
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Without Redis there is nothing to hand back, and waiting for it would keep the process.
    const isReady = this.#connection.status === 'ready'
    if (isReady) await Promise.all([...this.#workers, ...this.#queues].map(each => each.close()))
    else
      void Promise.allSettled([
        ...this.#workers.map(worker => worker.close(true)),
        ...this.#queues.map(queue => queue.close()),
      ])
    this.#connection.disconnect()
  }
}
