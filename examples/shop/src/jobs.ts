import type { Pool } from 'pg'

export const queueNames = ['webhook', 'analytics', 'notifications', 'invoices'] as const
export type QueueName = (typeof queueNames)[number]

/** The data of a job about a paid order, in each queue. */
export interface OrderPaid {
  readonly orderId: string
  readonly customerId: number
  readonly total: string
  /** In milliseconds since the epoch. */
  readonly paidAt: number
}

/** How long making one invoice holds the event loop: somebody renders them in this process. */
const INVOICE_MS = 30

/** What is done about one. */
export type Job = (order: OrderPaid) => Promise<void>

export function createJobs(pool: Pool, webhookUrl: string | undefined): Record<QueueName, Job> {
  return {
    webhook: async order => {
      if (webhookUrl === undefined) return
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
        signal: AbortSignal.timeout(10_000),
      })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`the webhook answered ${response.status}`)
    },
    analytics: async () => {
      await pool.query(
        `insert into daily_sales (day, orders) values (current_date, 1)
         on conflict (day) do update set orders = daily_sales.orders + 1`,
      )
    },
    // The mail server is left out of this example.
    notifications: async () => undefined,
    invoices: async () => {
      const until = performance.now() + INVOICE_MS
      while (performance.now() < until) Math.sqrt(until)
    },
  }
}
