import http from 'node:http'
import { HttpInstrumentation as OtherCopy, sheddingForNode } from '@homeostat/http'
import { http as domain } from '@homeostat/http/domain'
import { attributes as a, metrics } from '@homeostat/semconv'
import { request as undiciRequest } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HttpInstrumentation } from '../src/index.ts'
import { LocalServer } from './client/local-server.ts'
import { measured, total } from './client/measured.ts'

let server: LocalServer
const on: { disable(): void }[] = []

beforeEach(async () => {
  server = await LocalServer.start(sheddingForNode((_request, response) => void response.end('{}')))
})
afterEach(async () => {
  for (const each of on.splice(0)) each.disable()
  await server[Symbol.asyncDispose]()
})

function enabled<Instrumentation extends { enable(): void; disable(): void }>(made: Instrumentation): Instrumentation {
  made.enable()
  on.push(made)
  return made
}

const get = (): Promise<void> =>
  new Promise((resolve, reject) => {
    http.get(server.origin, response => response.resume().on('close', resolve)).on('error', reject)
  })

/** Three requests to a service, each by another client, all of which this process serves as well. */
async function threeRequests(): Promise<void> {
  await (await fetch(server.origin)).text()
  await (await undiciRequest(server.origin)).body.text()
  await get()
}

async function expectOnce({ registry }: HttpInstrumentation | OtherCopy, requests = 3): Promise<void> {
  expect(total(registry, metrics.httpClientRequestDuration)).toBe(requests)
  expect(total(registry, metrics.httpClientActiveRequests)).toBe(0)
  expect(total(registry, metrics.httpClientPendingRequests)).toBe(0)
  expect(total(registry, metrics.httpClientOpenConnections, { [a.httpConnectionState]: 'active' })).toBe(0)
  expect(total(registry, metrics.httpClientOpenConnections)).toBeGreaterThan(0)
  await expect.poll(() => total(registry, metrics.httpServerDuration)).toBe(requests)
  expect(total(registry, metrics.httpServerActive)).toBe(0)
  expect(total(registry, metrics.errors)).toBe(0)
}

test('two instrumentations of one process each report a request once', async () => {
  const both = [enabled(new HttpInstrumentation()), enabled(new HttpInstrumentation())]
  await threeRequests()
  for (const each of both) await expectOnce(each)
})

test('two copies of the package each report a request once', async () => {
  const both = [enabled(new HttpInstrumentation()), enabled(new OtherCopy())]
  await threeRequests()
  for (const each of both) await expectOnce(each)
})

test('the one that stays on goes on when the other is turned off, also with requests under way', async () => {
  const [first, second] = [enabled(new HttpInstrumentation()), enabled(new HttpInstrumentation())]
  await threeRequests()
  second.disable()
  await threeRequests()
  await expectOnce(first, 6)
  second.enable()
  await threeRequests()
  await expectOnce(first, 9)
  await expectOnce(second, 6)
})

test('where two shed load, the latest one counts the requests that it has admitted, and the other one none', async () => {
  const both = [enabled(domain({ shed: true }).instrumentation), enabled(domain({ shed: true }).instrumentation)]
  await threeRequests()
  for (const each of both) await expectOnce(each)
  const loopTimes = both.map(({ registry }) => measured(registry, metrics.httpServerLoopTime).length)
  expect(loopTimes).toEqual([0, 1])
})
