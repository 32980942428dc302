// A process with a web server and one worker on a mixed queue. It is asked by its first argument, and by the messages of its parent.
import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, get, Agent } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { bullmq } from '@homeostat/bullmq/domain'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { MixedMessage, MixedRequest, MixedTask } from './mixed-workload.ts'

const { port, prefix, queue, concurrency, knob: wanted } = JSON.parse(process.argv[2] ?? '{}') as MixedTask

// Fixed work, so that a busy machine does not change what there is to do: about 30, 3, 0.2 and 0.05 ms of CPU.
const burn = (iterations: number): void => void pbkdf2Sync('password', 'salt', iterations, 64, 'sha512')
const HEAVY = 30_000
const MEDIUM = 2500
const LIGHT = 150
const ROUTE = 20

const domain = wanted === undefined ? undefined : bullmq({ pollIntervalMs: 600_000 })
domain?.instrumentation.enable()
const knob = domain?.knobs.find(({ name }) => name === wanted?.name)

const redis = new Redis({ port, maxRetriesPerRequest: null })
const work: Record<string, () => Promise<void>> = {
  // It lets the loop turn between its steps, as one does that parses a file in pieces.
  async heavy() {
    for (let step = 0; step < 6; step++) {
      burn(HEAVY)
      await turn()
    }
  },
  async medium() {
    for (let burst = 0; burst < 3; burst++) {
      burn(MEDIUM)
      await sleep(5)
    }
  },
  async io() {
    await redis.ping()
    await sleep(250)
    await redis.ping()
  },
  async light() {
    burn(LIGHT)
  },
}
let left = Infinity
const worker = new Worker(queue, async ({ name }) => work[name]?.(), { prefix, connection: { port }, concurrency })
worker.on('error', () => {})
worker.on('completed', () => {
  if (--left === 0) send({ kind: 'drained', closedLoopMs: closedLoop.splice(0) })
})

const server = createServer((_request, response) => {
  burn(ROUTE)
  response.end('ok')
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port: httpPort } = server.address() as AddressInfo

/** How long each request of a client took that waits for its answer, and stands in the loop that it measures. In milliseconds. */
const closedLoop: number[] = []
const agent = new Agent({ keepAlive: true })
async function askOneself(): Promise<never> {
  for (;;) {
    const startedAt = performance.now()
    await new Promise<void>((resolve, reject) => {
      get({ port: httpPort, host: '127.0.0.1', agent }, response => response.resume().on('end', resolve)).on(
        'error',
        reject,
      )
    })
    closedLoop.push(performance.now() - startedAt)
    await sleep(5)
  }
}

function send(message: MixedMessage): void {
  process.send?.(message)
}

async function answer({ kind, jobs }: MixedRequest): Promise<void> {
  if (kind === 'pause') {
    await worker.pause()
    return send({ kind: 'paused', unready: knob?.unready?.() })
  }
  left = jobs
  if (kind === 'measure' && knob !== undefined && wanted !== undefined) {
    const isSet = await knob.compareAndSet(await knob.read(), wanted.to)
    if (!isSet) throw new Error(`${wanted.name} was not set`)
  }
  closedLoop.length = 0
  await worker.resume()
}
process.on('message', (message: MixedRequest) => void answer(message))
// It ends with its parent, however that ends.
process.on('disconnect', () => process.exit())
await worker.waitUntilReady()
void askOneself()
send({ kind: 'ready', httpPort })
