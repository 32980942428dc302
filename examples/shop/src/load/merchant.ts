import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { json } from 'node:stream/consumers'

const ANSWERS_AFTER_MS = 1000
/** An order that is announced later than this after it was paid is late. */
export const LATE_MS = 15_000

export interface Merchant extends AsyncDisposable {
  readonly webhookUrl: string
  /** Orders that were announced, and how many of them late. */
  readonly announced: { readonly all: number; readonly late: number }
}

/** Somebody else's server, which the shop tells of each order, and which takes its time. */
export async function startMerchant(): Promise<Merchant> {
  const announced = { all: 0, late: 0 }
  const take = async (request: IncomingMessage): Promise<void> => {
    const { paidAt = Date.now() } = (await json(request)) as { paidAt?: number }
    announced.all++
    if (Date.now() - paidAt > LATE_MS) announced.late++
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
    announced,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
