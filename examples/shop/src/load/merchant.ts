import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const ANSWERS_AFTER_MS = 1000

export interface Merchant extends AsyncDisposable {
  readonly webhookUrl: string
}

/** Somebody else's server, which the shop tells of each order, and which takes its time. */
export async function startMerchant(): Promise<Merchant> {
  const server = createServer((request, response) => {
    request.resume()
    void sleep(ANSWERS_AFTER_MS).then(() => response.end('thank you'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    webhookUrl: `http://127.0.0.1:${port}/orders`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
