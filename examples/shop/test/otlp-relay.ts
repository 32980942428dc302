import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Receives OTLP for several receivers: the shop exports to one address. */
export interface OtlpRelay extends AsyncDisposable {
  /** `http://127.0.0.1:…`, for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
}

/** Sends on to each receiver what arrives as metrics; traces and logs end here. */
export async function startOtlpRelay(metricsUrls: readonly string[]): Promise<OtlpRelay> {
  const server = createServer((request, response) => {
    void sendOn(request, request.url === '/v1/metrics' ? metricsUrls : [])
      .then(isAccepted => response.writeHead(isAccepted ? 200 : 502, { 'content-type': 'application/x-protobuf' }))
      .finally(() => response.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function sendOn(request: IncomingMessage, urls: readonly string[]): Promise<boolean> {
  const body = await buffer(request)
  const { 'content-type': type = 'application/x-protobuf', 'content-encoding': encoding } = request.headers
  const headers = { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) }
  const answers = await Promise.all(
    urls.map(url => fetch(url, { method: 'POST', headers, body: Uint8Array.from(body) })),
  )
  return answers.every(({ ok }) => ok)
}
