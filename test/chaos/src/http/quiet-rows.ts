import { loadavg } from 'node:os'
import type { ChaosOptions } from '../chaos-run.ts'
import { Child } from './shedding/child-process.ts'
import type { KindResult, OpenLoopTask } from './shedding/open-loop-generator.ts'
import { CAPACITY_PER_SECOND, KINDS, WORK_MS } from './shedding-rows.ts'

const LOAD = 0.7
const COLLECT_EVERY_MS = 5_000

/**
 * Ten minutes at 0.7 of the capacity, in which nothing may be refused: with a full garbage collection of a large heap every 5 s, and with a restart
 * after half of the time, behind which the load comes back at once.
 */
export async function quietRows({ short, seed, report }: ChaosOptions): Promise<void> {
  const seconds = short ? 10 : 300
  let [sent, good, refused, failed] = [0, 0, 0, 0]
  for (const life of [0, 1]) {
    using server = new Child('overloaded-server.ts', ['homeostat', String(WORK_MS), String(COLLECT_EVERY_MS)])
    const { origin } = await server.message<{ origin: string }>()
    using generator = new Child('open-loop-generator.ts')
    const perSecond = LOAD * CAPACITY_PER_SECOND
    generator.send({
      origin,
      perSecond,
      seconds,
      // The first requests of a new process are the ones that look like overload.
      leadSeconds: 0,
      kinds: KINDS,
      seed: seed + life,
    } satisfies OpenLoopTask)
    for (const result of Object.values(await generator.message<Record<string, KindResult>>())) {
      sent += result.sent
      good += result.good
      refused += result.refused
      failed += result.failed + result.late
    }
  }
  report({
    run: 'http',
    case: `shedding: ${(2 * seconds) / 60} minutes at ${LOAD}x, collections and a restart`,
    sent,
    good,
    refused,
    failed,
    machineLoad: loadavg()[0]!,
    met: refused === 0,
  })
}
