import { stat } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import type { HistogramValue } from '@homeostat/signals'
import type { LoopSampling } from '../../src/signals/event-loop.ts'
import { measureEventLoop } from '../../src/signals/event-loop.ts'

const STALL_MS = 200

let registry: Registry
let watch: Disposable | undefined

afterEach(() => {
  watch?.[Symbol.dispose]()
  watch = undefined
})

async function start(sampling: LoopSampling): Promise<void> {
  registry = new Registry({ scope: { name: 'test', version: '1' } })
  watch = measureEventLoop(registry, sampling)
  await sleep(150)
}

function stall(ms = STALL_MS): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

function value(name: string): unknown {
  return registry.collect().metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints[0]?.value
}
const maxMs = (): number => (value(metrics.eventLoopDelayMax.name) as number) * 1000
const p99Ms = (): number => (value(metrics.eventLoopDelayP99.name) as number) * 1000
/** How many delays were longer than 100 ms. */
function longDelays(): number {
  const { buckets } = value(metrics.eventLoopDelay.name) as HistogramValue
  const from = buckets.boundaries.indexOf(0.1) + 1
  return buckets.counts.slice(from).reduce((sum, count) => sum + count, 0)
}

/** In which phase of the loop it is held. */
const phases: Record<string, () => Promise<void>> = {
  'a timer': async () => void setTimeout(stall, 5),
  'an immediate': async () => void setImmediate(() => stall()),
  'a microtask': () => Promise.resolve().then(() => stall()),
  'the callback of a file': async () => stat('/', () => stall()),
  'a request': async () => {
    const server = createServer((_, response) => {
      stall()
      response.end()
    }).listen(0)
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise(resolve => get({ port, agent: false }, response => response.resume().once('end', resolve)))
    server.close()
  },
}

describe('by iteration', () => {
  test.each(Object.entries(phases))('200 ms in %s read as about 200 ms', async (_, hold) => {
    await start('iteration')
    await hold()
    await sleep(400)
    expect(maxMs()).toBeGreaterThan(STALL_MS - 5)
    expect(longDelays()).toBeGreaterThanOrEqual(1)
  })

  test('waiting is not delay, neither in the first sample nor later', async () => {
    registry = new Registry({ scope: { name: 'test', version: '1' } })
    watch = measureEventLoop(registry, 'iteration')
    await sleep(1_500)
    expect(maxMs()).toBeLessThan(1_000)
    const { count, sum } = value(metrics.eventLoopDelay.name) as HistogramValue
    // As often as something that is due every 20 ms, although the loop hardly came round.
    expect(count).toBeGreaterThan(40)
    expect(count).toBeLessThan(120)
    expect(sum).toBeLessThan(1)
  })

  test('short iterations by the thousand do not hide that the loop is held half of the time', async () => {
    await start('iteration')
    for (let round = 0; round < 10; round++) {
      stall(100)
      const end = performance.now() + 100
      while (performance.now() < end) await new Promise(resolve => setImmediate(resolve))
    }
    expect(p99Ms()).toBeGreaterThan(90)
  })

  test('in a worker thread it is the thread’s own loop that counts', async () => {
    const source = new URL('../../dist/index.js', import.meta.url).href
    const worker = new Worker(
      `import { RuntimeInstrumentation } from ${JSON.stringify(source)}
       import { parentPort } from 'node:worker_threads'
       const runtime = new RuntimeInstrumentation()
       runtime.enable()
       setTimeout(() => {
         const end = performance.now() + 200
         while (performance.now() < end);
         setTimeout(() => {
           const { metrics } = runtime.registry.collect()
           parentPort.postMessage(metrics.find(({ descriptor }) => descriptor.name === 'nodejs.eventloop.delay.max').dataPoints[0].value)
         }, 50)
       }, 100)`,
      { eval: true },
    )
    const seconds = await new Promise<number>((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    )
    await worker.terminate()
    expect(seconds).toBeGreaterThan(0.195)
  })
})

test('by timer, 200 ms read as about 200 ms', async () => {
  await start('timer')
  for (let offset = 10; offset < 100; offset += 30) {
    await sleep(250 + offset)
    stall()
  }
  await sleep(250)
  expect(maxMs()).toBeGreaterThan(STALL_MS - 20)
  expect(longDelays()).toBeGreaterThanOrEqual(3)
})

describe.each(['iteration', 'timer'] as const)('by %s', sampling => {
  test('others that watch and reset, earlier or later, change nothing here, and keep what is theirs', async () => {
    const before = monitorEventLoopDelay({ resolution: 10 })
    before.enable()
    await start(sampling)
    const after = monitorEventLoopDelay({ resolution: 10 })
    after.enable()
    await sleep(50)
    stall()
    await sleep(150)
    expect(before.max / 1e6).toBeGreaterThan(STALL_MS / 2)
    before.reset()
    before.disable()
    expect(maxMs()).toBeGreaterThan(STALL_MS - 20)
    watch?.[Symbol.dispose]()
    expect(after.max / 1e6).toBeGreaterThan(STALL_MS / 2)
    after.disable()
  })

  test('it ends with its disposal', async () => {
    await start(sampling)
    watch?.[Symbol.dispose]()
    const { count } = value(metrics.eventLoopDelay.name) as HistogramValue
    stall()
    await sleep(150)
    expect((value(metrics.eventLoopDelay.name) as HistogramValue).count).toBe(count)
    expect(value(metrics.eventLoopDelayMax.name)).toBeUndefined()
  })
})
