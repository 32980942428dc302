import { Agent, get } from 'node:http'
import { createRandom } from '@homeostat/lab/scenarios'
import { createCompressionKnob } from '@homeostat/http/domain'
import type { ChaosOptions } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'
import { compressionTrial } from './compression-trial.ts'
import { compressingServers, plainServer, receive } from './compressing-servers.ts'
import { jsonBodies } from './json-bodies.ts'

const ABOUT = { run: 'http' }
const CODINGS = ['zstd', 'br', 'gzip', 'identity'] as const
const AT_ONCE = 16
/** The level changes, or requests are divided or united, after so many requests. */
const REQUESTS_PER_CHANGE = 40

/** Compression: every body compared while levels change, what each coding costs, and what a trial says of two levels. */
export async function compressionRows(options: ChaosOptions): Promise<void> {
  await compareBodies(options)
  await compareCodings(options)
  await compressionTrials(options)
}

async function compareBodies({ short, seed, report }: ChaosOptions): Promise<void> {
  const requests = short ? 3000 : 100_000
  const bodies = jsonBodies(40, seed)
  const servers = await compressingServers(bodies)
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const knob = createCompressionKnob()
  const random = createRandom(seed + 1)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  let [asked, changes, corrupted, dropped] = [0, 0, 0, 0]
  const seen = new Set<string>()
  const causes = new Set<string>()
  const change = (): void => {
    changes++
    const from = knob.read() as number
    const divides = random() < 0.3
    knob.divide?.(divides ? unit => (Number(unit) % 2 === 0 ? 'act' : 'control') : undefined, from)
    void knob.compareAndSet(from, Math.floor(random() * 6))
  }
  const client = async (): Promise<void> => {
    while (asked < requests) {
      if (++asked % REQUESTS_PER_CHANGE === 0) change()
      const number = Math.floor(random() * bodies.length)
      const { name, port } = pick(servers)
      const kind = random() < 0.8 ? 'whole' : 'parts'
      const received = await receive(port, `/${kind}/${number}`, pick(CODINGS), agent).catch((error: unknown) => {
        dropped++
        causes.add(`${name} ${kind}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
      })
      if (received === undefined) continue
      if (received.body?.equals(bodies[number]!) !== true) corrupted++
      else seen.add(`${name} ${kind} ${received.coding}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  agent.destroy()
  knob.divide?.(undefined, 2)
  void knob.compareAndSet(knob.read() as number, 2)
  for (const server of servers) await server[Symbol.asyncDispose]()
  report({
    ...ABOUT,
    case: 'compression: bodies compared',
    goal: '0 corrupted, 0 dropped',
    requests: asked,
    changes,
    // Of three servers, two kinds of bodies and the codings each of them has.
    combinations: seen.size,
    corrupted,
    dropped,
    ...(causes.size > 0 && { causes: [...causes].join('; ') }),
    met: corrupted === 0 && dropped === 0 && changes >= requests / REQUESTS_PER_CHANGE - 1 && seen.size >= 20,
  })
}

interface Cost {
  readonly bytes: number
  readonly cpuMs: number
}

async function compareCodings({ short, seed, report }: ChaosOptions): Promise<void> {
  const bodies = jsonBodies(40, seed + 2)
  const plainBytes = bodies.reduce((sum, { length }) => sum + length, 0)
  await using server = await plainServer(bodies)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const rounds = short ? 7 : 25
  const costs: Record<(typeof CODINGS)[number], Cost[]> = { zstd: [], br: [], gzip: [], identity: [] }
  for (let round = 0; round <= rounds; round++) {
    // In turns, and each round begins with another one, so that a slow minute of the machine meets all alike.
    for (let turn = 0; turn < CODINGS.length; turn++) {
      const coding = CODINGS[(turn + round) % CODINGS.length]!
      let bytes = 0
      const before = process.cpuUsage()
      for (let body = 0; body < bodies.length; body++)
        bytes += (await receiveRaw(server.port, body, coding, agent)).sentBytes
      const { user, system } = process.cpuUsage(before)
      // The first round compiles.
      if (round > 0) costs[coding].push({ bytes, cpuMs: (user + system) / 1000 / bodies.length })
    }
  }
  agent.destroy()
  const of = (coding: keyof typeof costs): Cost => ({
    bytes: costs[coding][0]!.bytes,
    cpuMs: quantile(
      costs[coding].map(({ cpuMs }) => cpuMs),
      0.5,
    ),
  })
  const [zstd, br, gzip, off] = CODINGS.map(of) as [Cost, Cost, Cost, Cost]
  for (const [name, cost] of Object.entries({ 'zstd-3': zstd, 'br-4': br, 'gzip-6': gzip, off })) {
    report({
      ...ABOUT,
      case: `compression: ${name}`,
      goal: name === 'zstd-3' ? 'bytes 60 % lower than off, at no more CPU than gzip-6' : 'beside it',
      bodies: bodies.length,
      meanBytes: cost.bytes / bodies.length,
      lowerBytesPercent: 100 * (1 - cost.bytes / plainBytes),
      // Client and server together; what "off" takes is theirs.
      cpuMsPerRequest: cost.cpuMs,
      ofThatCompressionMs: cost.cpuMs - off.cpuMs,
      ...(name === 'zstd-3' && { met: zstd.bytes <= 0.4 * plainBytes && zstd.cpuMs <= gzip.cpuMs }),
    })
  }
}

/** Without decoding: that is the client's work. */
function receiveRaw(port: number, body: number, coding: string, agent: Agent): Promise<{ readonly sentBytes: number }> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': coding }
    get({ host: '127.0.0.1', port, path: `/whole/${body}`, agent, headers }, response => {
      let sentBytes = 0
      response
        .on('data', (part: Buffer) => (sentBytes += part.length))
        .on('error', reject)
        .on('end', () => resolve({ sentBytes }))
    }).on('error', reject)
  })
}

async function compressionTrials({ short, seed, report }: ChaosOptions): Promise<void> {
  const better = await compressionTrial({ coding: 'zstd', by: 2, quietSeconds: 60, seed })
  report({
    ...ABOUT,
    case: 'compression: split by request',
    goal: 'a verdict within minutes',
    step: `${better.from} to ${better.to}`,
    verdict: better.verdict,
    seconds: better.seconds,
    why: better.why,
    met: better.verdict === 'effective' && better.seconds <= 600,
  })
  const harmful = await compressionTrial({
    coding: 'zstd',
    by: 3,
    quietSeconds: short ? 1800 : 3600,
    seed,
    isGuarded: true,
  })
  report({
    ...ABOUT,
    case: 'compression: a harmful level',
    goal: 'reverted by its guard',
    step: `${harmful.from} to ${harmful.to}`,
    revertedBecause: harmful.reverted ?? 'it was not',
    seconds: harmful.seconds,
    stepNow: harmful.stepNow,
    met: harmful.reverted === 'guard breached' && harmful.stepNow === harmful.from,
  })
}
