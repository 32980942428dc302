import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { Mode } from '@homeostat/optimizer'
import { metrics } from '@homeostat/semconv'
import express5 from 'express'
import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { sheddingForExpress, sheddingForFastify, sheddingForNode } from '../../src/index.ts'
import { http, type HttpDomain } from '../../src/domain.ts'
import { ShedLaw } from '../../src/shedding/shed-law.ts'
import { withCrowd } from './crowd.ts'

const express4 = createRequire(import.meta.url)('express-4') as typeof express5

const sleeper = new Int32Array(new SharedArrayBuffer(4))
/** Holds the loop, as synchronous work does. */
const work = (): string => (Atomics.wait(sleeper, 0, 0, 4), 'done')

interface Application {
  readonly origin: string
  close(): Promise<unknown>
}

async function listening(server: Server): Promise<Application> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => void server.close(resolve))
    },
  }
}

const applications: Record<string, () => Promise<Application>> = {
  Fastify: async () => {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(sheddingForFastify())
    app.get('/items/:id', work)
    app.get('/priority', work)
    app.get('/exempt', () => 'ok')
    app.get('/healthz', () => 'ok')
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { origin: app.listeningOrigin, close: () => app.close() }
  },
  ...Object.fromEntries(
    Object.entries({ 'Express 4': express4, 'Express 5': express5 }).map(([name, express]) => [
      name,
      () => {
        const app = express()
        app.use(sheddingForExpress())
        app.get('/items/:id', (_request, response) => void response.send(work()))
        app.get('/priority', (_request, response) => void response.send(work()))
        app.get('/exempt', (_request, response) => void response.send('ok'))
        app.get('/healthz', (_request, response) => void response.send('ok'))
        return listening(createServer(app))
      },
    ]),
  ),
  'node:http': () =>
    listening(
      createServer(
        sheddingForNode((request, response) => void response.end(/health|exempt/.test(request.url!) ? 'ok' : work())),
      ),
    ),
}

let domain: HttpDomain
let mode: Mode
beforeEach(() => {
  mode = 'act'
  domain = http({
    shed: { excessMs: 30, warmUpMs: 0, targetDelayMs: 8, priorities: { '/priority': 'high', 'get /exempt': 'exempt' } },
  })
  domain.reflex.govern(() => mode)
  domain.instrumentation.enable()
})
afterEach(() => domain.instrumentation.disable())

/** The counts of refusals, as `route reason priority outcome`. */
function refusals(): Record<string, number> {
  const { registry } = domain.instrumentation
  const metric = registry.collect().metrics.find(({ descriptor }) => descriptor.name === metrics.httpShedRequests.name)
  return Object.fromEntries(
    (metric?.dataPoints ?? []).map(({ attributes, value }) => [Object.values(attributes).join(' '), value as number]),
  )
}
const counted = (outcome: string): number =>
  Object.entries(refusals()).reduce((sum, [key, value]) => sum + (key.includes(outcome) ? value : 0), 0)

const KINDS = [
  ['items', '/items/1', {}],
  ['items', '/items/2', {}],
  ['items', '/items/3', {}],
  ['retries', '/items/4', { 'x-retry-count': '2' }],
  ['priority', '/priority', {}],
] as const

describe.each(Object.keys(applications))('%s', name => {
  test('under overload some are refused with 503 and Retry-After, health checks and most important requests never', async () => {
    const app = await applications[name]!()
    try {
      expect(domain.isUnderPressure()).toBe(false)
      const answers = await withCrowd(app.origin, KINDS, async () => {
        await vi.waitFor(() => expect(counted('refused')).toBeGreaterThan(200), { timeout: 30_000 })
        expect(domain.isUnderPressure()).toBe(true)
        // No router has seen the exempt path before.
        for (let probe = 0; probe < 5; probe++)
          for (const path of ['/healthz', '/exempt?a=1']) expect((await fetch(app.origin + path)).status).toBe(200)
      })
      const { items, retries, priority } = answers
      expect(items!.statuses[200]).toBeGreaterThan(0)
      expect(JSON.parse(items!.body)).toMatchObject({ statusCode: 503, error: 'Service Unavailable' })
      expect(items!.retryAfter.every(value => /^[1-9]\d?$/.test(value))).toBe(true)
      expect(new Set(items!.retryAfter).size).toBeGreaterThan(1)
      const shareOf = ({ statuses }: { statuses: Record<number, number> }): number =>
        (statuses[200] ?? 0) / ((statuses[200] ?? 0) + (statuses[503] ?? 0))
      expect(shareOf(retries!)).toBeLessThan(shareOf(items!) + 0.1)
      expect(shareOf(priority!)).toBeGreaterThan(shareOf(items!))
      if (name !== 'node:http') {
        expect(Object.keys(refusals())).toContain('/items/:id loop normal refused')
      }
    } finally {
      await app.close()
    }
  })

  test('in mode advise nobody is refused, and what would have been is counted', async () => {
    mode = 'advise'
    const letThrough = vi.spyOn(ShedLaw.prototype, 'letThrough')
    onTestFinished(() => letThrough.mockRestore())
    const app = await applications[name]!()
    try {
      const answers = await withCrowd(app.origin, KINDS, () =>
        vi.waitFor(() => expect(counted('let_through')).toBeGreaterThan(50), { timeout: 30_000 }),
      )
      expect(counted('refused')).toBe(0)
      for (const { statuses } of Object.values(answers)) expect(Object.keys(statuses)).toEqual(['200'])
      // The law knows that their work is done.
      expect(letThrough.mock.calls.length).toBe(counted('let_through'))
    } finally {
      await app.close()
    }
  })
})

test('without the option nothing is watched and nobody is refused', async () => {
  domain.instrumentation.disable()
  domain = http()
  domain.reflex.govern(() => 'act')
  domain.instrumentation.enable()
  const app = await applications['Fastify']!()
  try {
    const answers = await withCrowd(app.origin, KINDS, () => new Promise(resolve => setTimeout(resolve, 1_500)))
    for (const { statuses } of Object.values(answers)) expect(Object.keys(statuses)).toEqual(['200'])
    expect(refusals()).toEqual({})
  } finally {
    await app.close()
  }
})

test('whoever only wants to know asks isUnderPressure, and needs no adapter and no option', async () => {
  domain.instrumentation.disable()
  domain = http()
  domain.instrumentation.enable()
  const app = await listening(createServer((_request, response) => void response.end(work())))
  try {
    expect(domain.isUnderPressure()).toBe(false)
    await withCrowd(app.origin, KINDS, () =>
      vi.waitFor(() => expect(domain.isUnderPressure()).toBe(true), { timeout: 30_000 }),
    )
  } finally {
    await app.close()
  }
})
