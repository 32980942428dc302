import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { startPostgres, startRedis } from '@homeostat/services'
import { expect, it } from 'vitest'
import { start } from './main-process.ts'

it('with OTEL_EXPORTER_OTLP_ENDPOINT the last signals reach the collector before the shop ends', async () => {
  const received: { path: string; body: string }[] = []
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      received.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString('latin1') })
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const { port } = collector.address() as AddressInfo
  await using postgres = await startPostgres({ database: 'shop' })
  await using redis = await startRedis()
  try {
    await using shop = start('main.ts', [], {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX: 'shop-otlp:',
      PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    })
    await shop.said('listening on ')
    shop.child.kill('SIGTERM')
    expect(await shop.ended).toEqual({ code: 0, signal: null })
    const metrics = received.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body)
    // The names stand as they are in a protobuf message.
    const names = ['homeostat.memory.utilization', 'db.client.operation.duration']
    expect(names.filter(name => !metrics.join().includes(name))).toEqual([])
  } finally {
    collector.closeAllConnections()
    collector.close()
  }
})
