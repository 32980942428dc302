import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosOptions, ChaosRow } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'
import { Child } from './shedding/child-process.ts'
import type { Kind, KindResult, OpenLoopTask } from './shedding/open-loop-generator.ts'
import type { Protection } from './shedding/overloaded-server.ts'

/** How long one request holds the loop: long enough that what else the machine does changes little. */
export const WORK_MS = 20
export const CAPACITY_PER_SECOND = 1000 / WORK_MS
const LEAD_SECONDS = 2
const REST_MS = 7_000
export const KINDS: readonly Kind[] = [
  { name: 'priority', path: '/priority', share: 0.1 },
  { name: 'retry', path: '/items/2', share: 0.1, headers: { 'x-retry-count': '1' } },
  { name: 'items', path: '/items/3', share: 0.8 },
]

interface Step {
  readonly goodPerSecond: number
  readonly refused: number
  readonly failed: number
  readonly p99: number
  readonly priority: number
}

/**
 * Load shedding against an open-loop generator in a process of its own, beside a bare server and one with @fastify/under-pressure at the limits of its
 * README. Good answers come within a second of when the request was due.
 */
export async function sheddingRows({ short, seed, report }: ChaosOptions): Promise<void> {
  const loads = short ? [1, 3] : [0.7, 1, 2, 3, 4]
  const seconds = short ? 8 : 20
  const protections: readonly Protection[] = short
    ? ['under-pressure', 'homeostat']
    : ['bare', 'under-pressure', 'homeostat']
  const steps = new Map<string, Step>()
  for (const protection of protections) {
    using server = new Child('overloaded-server.ts', [protection, String(WORK_MS)])
    const { origin } = await server.message<{ origin: string }>()
    using generator = new Child('open-loop-generator.ts')
    for (const load of loads) {
      const perSecond = load * CAPACITY_PER_SECOND
      generator.send({
        origin,
        perSecond,
        seconds,
        leadSeconds: LEAD_SECONDS,
        kinds: KINDS,
        seed,
      } satisfies OpenLoopTask)
      const step = stepOf(await generator.message<Record<string, KindResult>>(), seconds - LEAD_SECONDS)
      steps.set(`${protection} ${load}`, step)
      report({ run: 'http', case: `shedding: ${protection} at ${load}x`, ...step, machineLoad: loadavg()[0]! })
      await sleep(REST_MS)
    }
  }
  for (const row of promises(steps, loads)) report(row)
}

function stepOf(results: Record<string, KindResult>, seconds: number): Step {
  const all = Object.values(results)
  const sum = (of: (result: KindResult) => number): number => all.reduce((total, result) => total + of(result), 0)
  const { priority } = results
  return {
    goodPerSecond: sum(({ good }) => good) / seconds,
    refused: sum(({ refused }) => refused),
    failed: sum(({ failed, late }) => failed + late),
    p99: quantile(
      all.flatMap(({ latencies }) => latencies),
      0.99,
    ),
    priority: priority!.good / priority!.sent,
  }
}

function promises(steps: ReadonlyMap<string, Step>, loads: readonly number[]): ChaosRow[] {
  const at = (protection: Protection, load: number): Step => steps.get(`${protection} ${load}`)!
  const most = Math.max(...loads.map(load => at('homeostat', load).goodPerSecond))
  const ours = at('homeostat', 3)
  const ofMost = ours.goodPerSecond / most
  const ofPeer = ours.goodPerSecond / Math.max(at('under-pressure', 3).goodPerSecond, 0.01)
  const p99Ratio = ours.p99 / at('homeostat', 1).p99
  const row = (name: string, figure: number, met: boolean): ChaosRow => ({
    run: 'http',
    case: `shedding: ${name}`,
    figure,
    met,
  })
  return [
    row('goodput at 3x, of the maximum', ofMost, ofMost >= 0.9),
    row('goodput at 3x, of under-pressure', ofPeer, ofPeer >= 2),
    row('p99 of accepted at 3x, of that at 1x', p99Ratio, p99Ratio <= 2),
    row('important requests answered at 3x', ours.priority, ours.priority >= 0.99),
  ]
}
