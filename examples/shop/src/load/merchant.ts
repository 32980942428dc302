import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { json } from 'node:stream/consumers'

const ANSWERS_AFTER_MS = 1000
export interface Merchant extends AsyncDisposable {
  readonly webhookUrl: string
  /** When each order was first announced, in milliseconds since the epoch, by its id. */
  readonly announcedAt: ReadonlyMap<string, number>
}

/** Somebody else's server, which the shop tells of each order, and which takes its time. */
export async function startMerchant(): Promise<Merchant> {
  const announcedAt = new Map<string, number>()
  const take = async (request: IncomingMessage): Promise<void> => {
    const { orderId } = (await json(request)) as { orderId: string }
    if (!announcedAt.has(orderId)) announcedAt.set(orderId, Date.now())
  }
  const server = createServer((request, response) => {
    // A shop that is killed ends its request in the middle.
    take(request).catch(() => undefined)
    void sleep(ANSWERS_AFTER_MS).then(() => response.end('thank you'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    webhookUrl: `http://127.0.0.1:${port}/orders`,
    announcedAt,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
