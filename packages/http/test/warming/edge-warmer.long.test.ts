import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describeAction } from '@homeostat/conformance'
import { type Nginx, startNginx } from '@homeostat/services'
import { Registry } from '@homeostat/signals'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EdgeWarmer } from '../../src/warming/edge-warmer.ts'
import { createWarmPopularContent } from '../../src/warming/warm-popular-content.ts'

const REGISTRY = { scope: { name: '@homeostat/http', version: '0' } }

interface Origin {
  readonly server: Server
  readonly port: number
  readonly asked: string[]
}

async function origin(): Promise<Origin> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.setHeader('Cache-Control', request.url!.startsWith('/private') ? 'private' : 'public, max-age=600')
    response.end(`content of ${request.url}`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port, asked }
}

const get = async (port: number, path: string): Promise<string | null> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  await response.arrayBuffer()
  return response.headers.get('x-cache')
}

const run = (warmer: EdgeWarmer, split?: (path: string) => 'act' | 'control') =>
  createWarmPopularContent({ warmer: () => warmer, onFault: () => {} }).run({
    firing: { alert: 'EdgeWentCold', labels: {}, annotations: {}, value: 1, since: 0 },
    options: undefined,
    now: Date.now(),
    signal: AbortSignal.timeout(30_000),
    sliceMs: 2,
    ...(split && { split }),
  })

describe('popular content behind a real nginx', () => {
  it('is at the edge again after a purge, except the half that is left alone', async () => {
    const { port: originPort, asked } = await origin()
    await using edge = await startNginx({ originPort })
    const warmer = new EdgeWarmer({
      edge: `http://127.0.0.1:${edge.port}`,
      addresses: ['127.0.0.1'],
      requestsPerSecond: 50,
    })
    using _active = warmer.activate(new Registry(REGISTRY))
    const paths = Array.from({ length: 30 }, (_, index) => `/page/${index}`)
    // Popular is what the origin is asked for: copies expire, and clients ask it again.
    for (let turn = 0; turn < 3; turn++) {
      await edge.purge()
      for (const path of [...paths, '/private/1']) await get(edge.port, path)
    }
    expect(
      warmer
        .popular()
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(paths.toSorted())
    await edge.purge()
    asked.length = 0
    const split = (path: string): 'act' | 'control' => (Number(path.split('/')[2]) % 2 === 0 ? 'act' : 'control')
    const receipt = await run(warmer, split)
    expect(receipt.effects).toMatchObject({ requests: 15, warmed: 15, heldOut: 15, failed: 0 })
    expect(asked.toSorted()).toEqual(paths.filter(path => split(path) === 'act').toSorted())
    const said = await Promise.all(paths.map(path => get(edge.port, path)))
    expect(said).toEqual(paths.map(path => (split(path) === 'act' ? 'HIT' : 'MISS')))
    const again = await run(warmer)
    expect(again.effects).toMatchObject({ requests: 30, kept: 30, warmed: 0 })
    await receipt.undo?.({ now: 0, signal: AbortSignal.timeout(1000) })
    await again.undo?.({ now: 0, signal: AbortSignal.timeout(1000) })
  })

  it('has no verdict where the edge says nothing, and no request for what redirects', async () => {
    const { port: originPort } = await origin()
    await using edge = await startNginx({ originPort, location: 'rewrite ^/away http://169.254.169.254/ redirect;' })
    const registry = new Registry(REGISTRY)
    const warmer = new EdgeWarmer({
      edge: `http://127.0.0.1:${edge.port}`,
      addresses: ['127.0.0.1'],
      requestsPerSecond: 50,
    })
    using _active = warmer.activate(registry)
    for (let turn = 0; turn < 3; turn++) for (const path of ['/a', '/b', '/away/1']) await get(originPort, path)
    const receipt = await run(warmer, () => 'act')
    expect(receipt.effects).toMatchObject({ unknown: 2, failed: 1 })
    expect(receipt.problems?.join()).toContain('there will be no verdict')
    const urls = registry
      .collect()
      .metrics.find(({ descriptor }) => descriptor.name === 'homeostat.http.warming.trial.urls')
    expect(urls?.dataPoints ?? []).toEqual([])
    await receipt.undo?.({ now: 0, signal: AbortSignal.timeout(1000) })
  })

  it('is not requested any more when the edge refuses three times in a row', async () => {
    const { port: originPort } = await origin()
    await using edge = await startNginx({ originPort, location: 'return 503;' })
    const warmer = new EdgeWarmer({
      edge: `http://127.0.0.1:${edge.port}`,
      addresses: ['127.0.0.1'],
      requestsPerSecond: 50,
      concurrency: 1,
    })
    using _active = warmer.activate(new Registry(REGISTRY))
    for (let turn = 0; turn < 2; turn++) for (let page = 0; page < 20; page++) await get(originPort, `/page/${page}`)
    const receipt = await run(warmer)
    expect(receipt.effects).toMatchObject({ requests: 3, failed: 3 })
    expect(receipt.problems).toContain('stopped early: 3 requests in a row failed or were refused')
    await receipt.undo?.({ now: 0, signal: AbortSignal.timeout(1000) })
  })
})

let edge: Nginx
let source: Origin
let active: Disposable
let warmer = new EdgeWarmer()

describeAction('cdn.warmPopularContent', {
  async prepare() {
    source = await origin()
    edge = await startNginx({ originPort: source.port })
    warmer = new EdgeWarmer({
      edge: `http://127.0.0.1:${edge.port}`,
      addresses: ['127.0.0.1'],
      requestsPerSecond: 50,
    })
    active = warmer.activate(new Registry(REGISTRY))
    for (let turn = 0; turn < 2; turn++) for (let page = 0; page < 10; page++) await get(source.port, `/page/${page}`)
    source.asked.length = 0
  },
  create: () => createWarmPopularContent({ warmer: () => warmer, onFault: () => {} }),
  effect: async () => source.asked.length,
  counts: 'warmed',
  async close() {
    active[Symbol.dispose]()
    await edge[Symbol.asyncDispose]()
  },
})
