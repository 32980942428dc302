import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createWarmPopularContent, EdgeWarmer } from '@homeostat/http/domain'
import { bucketOf } from '@homeostat/judge'
import { createRandom } from '@homeostat/lab/scenarios'
import { startNginx } from '@homeostat/services'
import { Registry } from '@homeostat/signals'
import type { ChaosOptions } from '../chaos-run.ts'

const ABOUT = { run: 'http' }
const URLS = 400
const FIRST_SECONDS = 10
/** The sizes of real pages differ; what counts here is where they come from. */
const CONTENT = Buffer.alloc(2000, 'a')

interface Sizes {
  readonly requestsPerSecond: number
  /** How long a copy is fresh. */
  readonly freshSeconds: number
  readonly learnSeconds: number
  /** What is measured after each purge. */
  readonly watchedSeconds: number
}

/** One request of a client. */
interface Visit {
  readonly path: string
  readonly atMs: number
  readonly isHit: boolean
}

/** A real nginx in front of an origin: what is warmed after a purge, beside what is left alone and beside a purge without warming. */
export async function warmingRows({ short, seed, report }: ChaosOptions): Promise<void> {
  const sizes: Sizes = short
    ? { requestsPerSecond: 60, freshSeconds: 6, learnSeconds: 20, watchedSeconds: 12 }
    : { requestsPerSecond: 100, freshSeconds: 20, learnSeconds: 65, watchedSeconds: 40 }
  let originRequests = 0
  const origin = createServer((_request, response) => {
    originRequests++
    response.setHeader('Cache-Control', `public, max-age=${sizes.freshSeconds}`)
    response.end(CONTENT)
  })
  origin.listen(0, '127.0.0.1')
  await once(origin, 'listening')
  await using edge = await startNginx({ originPort: (origin.address() as AddressInfo).port })
  const warmer = new EdgeWarmer({
    edge: `http://127.0.0.1:${edge.port}`,
    addresses: ['127.0.0.1'],
    urls: 100,
    requestsPerSecond: 50,
    concurrency: 4,
  })
  const registry = new Registry({ scope: { name: '@homeostat/http', version: '0' } })
  const active = warmer.activate(registry)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const visit = (seconds: number, phase: number): Promise<Visit[]> =>
    visits(edge.port, agent, sizes, seconds, seed + phase)

  const steady = (await visit(sizes.learnSeconds, 0)).filter(
    ({ atMs }) => atMs >= (sizes.learnSeconds - FIRST_SECONDS) * 1000,
  )
  const popular = new Set(warmer.popular().map(({ path }) => path))
  const split = (path: string): 'act' | 'control' => bucketOf(path, `${seed}`)
  // The same clients with the same requests after both purges.
  await edge.purge()
  const before = originRequests
  await visit(sizes.watchedSeconds, 1)
  const originPlain = originRequests - before
  await edge.purge()
  const beforeWarmed = originRequests
  const running = createWarmPopularContent({ warmer: () => warmer, onFault: () => {} }).run({
    firing: { alert: 'EdgeWentCold', labels: {}, annotations: {}, value: 1, since: 0 },
    options: undefined,
    now: Date.now(),
    signal: AbortSignal.timeout(60_000),
    sliceMs: 2,
    split,
  })
  const warmed = await visit(sizes.watchedSeconds, 1)
  const originWarmed = originRequests - beforeWarmed
  const receipt = await running
  await receipt.undo?.({ now: Date.now(), signal: AbortSignal.timeout(1000) })
  active[Symbol.dispose]()
  agent.destroy()
  origin.closeAllConnections()
  origin.close()

  const first = warmed.filter(({ atMs }) => atMs < FIRST_SECONDS * 1000)
  const of = (list: readonly Visit[], arm: 'act' | 'control'): number =>
    hitRatio(list.filter(({ path }) => popular.has(path) && split(path) === arm))
  const [steadyAct, act, control] = [of(steady, 'act'), of(first, 'act'), of(first, 'control')]
  report({
    ...ABOUT,
    case: 'warming: first 10 s after a purge',
    goal: 'at least 80 % of the steady hit ratio for what was warmed',
    warmedUrls: receipt.effects['warmed'] ?? 0,
    heldOutUrls: receipt.effects['heldOut'] ?? 0,
    steadyHitRatio: steadyAct,
    warmedHitRatio: act,
    heldOutHitRatio: control,
    shareOfSteady: act / steadyAct,
    met: act >= 0.8 * steadyAct && act > control,
  })
  report({
    ...ABOUT,
    case: 'warming: requests at the origin',
    goal: 'at most 5 % more than after a purge without warming',
    seconds: sizes.watchedSeconds,
    without: originPlain,
    with: originWarmed,
    morePercent: 100 * (originWarmed / originPlain - 1),
    met: originWarmed <= 1.05 * originPlain,
  })
}

/** An open loop: clients come when they come, whatever the edge does. Popularity follows Zipf's law. */
async function visits(port: number, agent: Agent, sizes: Sizes, seconds: number, seed: number): Promise<Visit[]> {
  const random = createRandom(seed)
  const found: Visit[] = []
  const pending: Promise<void>[] = []
  const startedAt = performance.now()
  const count = seconds * sizes.requestsPerSecond
  for (let index = 0; index < count; index++) {
    const dueMs = (index * 1000) / sizes.requestsPerSecond
    const path = `/page/${Math.floor(URLS ** random())}`
    const waitMs = dueMs - (performance.now() - startedAt)
    if (waitMs > 1) await sleep(waitMs)
    pending.push(ask(port, path, agent).then(isHit => void found.push({ path, atMs: dueMs, isHit })))
  }
  await Promise.all(pending)
  return found
}

function ask(port: number, path: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, response => {
      const said = response.headers['x-cache']
      response.resume().on('end', () => resolve(said === 'HIT' || said === 'UPDATING' || said === 'STALE'))
    }).on('error', reject)
  })
}

function hitRatio(list: readonly Visit[]): number {
  return list.filter(({ isHit }) => isHit).length / Math.max(1, list.length)
}
