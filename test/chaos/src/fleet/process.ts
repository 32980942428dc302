import { setTimeout as delay } from 'node:timers/promises'
import { Fleet } from '@homeostat/optimizer'
import { LeaseLostError, type FleetAction } from '@homeostat/optimizer/engines'
import { createRandom } from '@homeostat/lab/scenarios'
import { monotonic, type Diary, type Orders, type Span } from './diary.ts'
import { openEngine } from './engine.ts'

// One process of a fleet: it wants to act all the time, by a wall clock that is wrong and jumps.

const orders = JSON.parse(process.argv[2]!) as Orders
const random = createRandom(orders.seed)
const realNow = Date.now
let skewMs = 0
Date.now = () => realNow() + skewMs
const jumps = setInterval(() => (skewMs = (random() - 0.5) * 7_200_000), 200)

const SHARED: FleetAction = { name: 'chaos.charge', scope: 'shared' }
const LOCAL: FleetAction = { name: 'chaos.trim', scope: 'process' }
const DISRUPTIVE: FleetAction = { name: 'chaos.compact', scope: 'process', disruptive: true }

const engine = await openEngine(orders.engine, orders.url)
const { coordinator } = engine
const fleet = new Fleet({ coordinator, member: orders.member, beatMs: 250, spareMs: 200 })
const diary: Diary = { permits: [], local: [], disrupted: [], refused: 0, unknown: 0 }
const stop = new AbortController()

async function share(): Promise<void> {
  const asked = monotonic()
  const { epochMs } = orders
  const permit = await fleet.acquire(SHARED, { timeoutMs: epochMs / 2, epochMs })
  if (!permit.granted || permit.lease === undefined) return
  diary.permits.push([asked, monotonic()])
  // Some take so long that their lease runs out before they come to the point.
  await delay(random() < 0.3 ? random() * 2 * epochMs : random() * 20)
  try {
    await engine.effect(permit.lease, orders.fenced)
  } catch (error) {
    if (error instanceof LeaseLostError) diary.refused++
    else diary.unknown++
  }
  await permit.end('acted')
}

async function disrupt(): Promise<void> {
  const permit = await fleet.acquire(DISRUPTIVE, { timeoutMs: 300 })
  if (!permit.granted) return
  const slices: Span[] = []
  diary.disrupted.push(slices)
  for (let slice = 0; slice < 10 && performance.now() < permit.heldUntil; slice++) {
    const from = monotonic()
    while (monotonic() < from + 2);
    slices.push([from, monotonic()])
    await delay(20)
  }
  await permit.end('acted')
}

async function trim(): Promise<void> {
  const permit = await fleet.acquire(LOCAL, { timeoutMs: 100 })
  if (permit.granted) diary.local.push(monotonic())
}

async function again(work: () => Promise<void>): Promise<void> {
  while (!stop.signal.aborted) {
    await work()
    await delay(20 + random() * 30)
  }
}

const work = Promise.all([share, disrupt, trim].map(again))
async function finish(): Promise<void> {
  stop.abort()
  await work
  clearInterval(jumps)
  await fleet.close()
  await engine.close()
  process.send!(diary, () => process.disconnect())
}

process.once('message', () => void finish())
// The process that watches this one is gone.
process.once('disconnect', () => process.exit())
process.send!('ready')
