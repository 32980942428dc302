import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Job, OrderPaid, QueueName } from './jobs.ts'
import { queueNames } from './jobs.ts'

/** Jobs of one queue that this process works on at a time. */
const CONCURRENCY = { usual: 2, invoices: 6 } as const

/** The queues that hear of each paid order. */
const ORDER_QUEUES: readonly QueueName[] = ['webhook', 'analytics', 'notifications']

/** The queues and their workers, on connections of their own. */
export class Queues implements AsyncDisposable {
  readonly #connection: Redis
  readonly #queues: readonly Queue<OrderPaid>[]
  readonly #workers: readonly Worker<OrderPaid>[]

  /** @param factor - times the usual number of jobs at once */
  constructor(redisUrl: string, prefix: string, jobs: Record<QueueName, Job>, factor: number) {
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
      const concurrency = name === 'invoices' ? CONCURRENCY.invoices : CONCURRENCY.usual * factor
      return new Worker<OrderPaid>(name, work, { connection, prefix, concurrency }).on('error', ignore)
    })
  }

  /** Tells the queues of orders. False without Redis: the order counts all the same, and nobody is kept waiting. */
  async publish(order: OrderPaid): Promise<boolean> {
    if (this.#connection.status !== 'ready') return false
    await Promise.all(ORDER_QUEUES.map(name => this.#queue(name).add('order-paid', order)))
    return true
  }

  /** Asks for the invoices of these orders, all at once. */
  async bill(orders: readonly OrderPaid[]): Promise<void> {
    await this.#queue('invoices').addBulk(orders.map(data => ({ name: 'invoice', data })))
  }

  #queue(name: QueueName): Queue<OrderPaid> {
    return this.#queues[queueNames.indexOf(name)]!
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
