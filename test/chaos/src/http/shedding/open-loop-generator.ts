import { Agent, request } from 'node:http'

/** What the generator sends: one kind of request, and its share of all. */
export interface Kind {
  readonly name: string
  readonly path: string
  readonly share: number
  readonly headers?: Readonly<Record<string, string>>
}

export interface OpenLoopTask {
  readonly origin: string
  readonly perSecond: number
  readonly seconds: number
  readonly kinds: readonly Kind[]
  /** What begins in this time is sent and not counted: it shows how the server gets there. */
  readonly leadSeconds: number
  readonly seed: number
}

/** What became of the requests of one kind. */
export interface KindResult {
  sent: number
  /** Status 200 within the deadline. */
  good: number
  /** Status 200, later. */
  late: number
  /** Status 503. */
  refused: number
  failed: number
  /** How long those with status 200 took, from when they were due, in milliseconds. */
  latencies: number[]
}

/** Longer than a person, or a proxy in front, would wait. */
const DEADLINE_MS = 1_000
const GIVE_UP_MS = 5_000
/**
 * Open before the load begins, as a proxy has them. libuv accepts one new connection per turn of the loop (since 1.45), so with new
 * connections alone the kernel would shed the load of every server.
 */
const CONNECTIONS = 600
const HEALTH: Kind = { name: 'health', path: '/health', share: 0 }

/**
 * Sends requests at random times at a fixed mean rate, whether or not earlier ones were answered: real clients do not wait for each other. A
 * latency begins when its request was due, so a generator that is late itself does not hide anything.
 */
async function run({
  origin,
  perSecond,
  seconds,
  leadSeconds,
  kinds,
  seed,
}: OpenLoopTask): Promise<Record<string, KindResult>> {
  const random = seeded(seed)
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 2_000, scheduling: 'fifo' })
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () => send(origin, agent, HEALTH, performance.now(), undefined)),
  )
  const results: Record<string, KindResult> = {}
  for (const { name } of kinds) results[name] = { sent: 0, good: 0, late: 0, refused: 0, failed: 0, latencies: [] }
  const open: Promise<void>[] = []
  const begunMs = performance.now()
  let dueMs = 0
  while (dueMs < seconds * 1000) {
    dueMs -= (Math.log(1 - random()) * 1000) / perSecond
    const waitMs = begunMs + dueMs - performance.now()
    if (waitMs > 1) await new Promise(resolve => setTimeout(resolve, waitMs))
    let choice = random()
    const kind = kinds.find(({ share }) => (choice -= share) < 0) ?? kinds[0]!
    const counted = dueMs < leadSeconds * 1000 ? undefined : results[kind.name]!
    open.push(send(origin, agent, kind, begunMs + dueMs, counted))
  }
  await Promise.all(open)
  agent.destroy()
  return results
}

function send(origin: string, agent: Agent, kind: Kind, dueMs: number, counted: KindResult | undefined): Promise<void> {
  if (counted) counted.sent++
  return new Promise(resolve => {
    let isOver = false
    const end = (status: number): void => {
      if (isOver) return
      isOver = true
      resolve()
      if (!counted) return
      const tookMs = performance.now() - dueMs
      if (status === 200) {
        counted.latencies.push(tookMs)
        if (tookMs <= DEADLINE_MS) counted.good++
        else counted.late++
      } else if (status === 503) counted.refused++
      else counted.failed++
    }
    const outgoing = request(origin + kind.path, { agent, headers: kind.headers ?? {} }, response => {
      response.resume()
      response.on('end', () => end(response.statusCode!))
      response.on('error', () => end(0))
    })
    outgoing.on('error', () => end(0))
    outgoing.setTimeout(GIVE_UP_MS, () => outgoing.destroy())
    outgoing.end()
  })
}

/** Mulberry32: a few lines, so that this process loads nothing. */
function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

process.on('message', task => {
  void run(task as OpenLoopTask).then(results => process.send!(results))
})
process.on('disconnect', () => process.exit())
