import { knobActions, Knobs, Optimizer, type Knob, type LedgerEntry } from '@homeostat/optimizer'
import { metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { responses } from '../../src/responses.ts'
import { MixedPlant } from './mixed-plant.ts'

const START = Date.UTC(2026, 0, 1)
export const MINUTE_MS = 60_000
const response = responses.find(({ action }) => action === 'queue.rescheduleHeavyTasks')!

function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}

export interface SimulatedLoopOptions {
  readonly minutes: number
  readonly jobsPerSecond: number
  /** Whether the knob does anything. @default true */
  readonly isLimiting?: boolean
  /** @default 5 */
  readonly seed?: number
}

/** A loop that acts on what it measures, in virtual time, until its first verdict and no longer than these minutes. */
export async function simulatedLoop({ minutes, jobsPerSecond, isLimiting = true, seed = 5 }: SimulatedLoopOptions) {
  // Units are dealt by the time, and differ with it.
  const start = START + seed * 3_600_000
  let now = start
  const clock = (): number => now
  const registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
  const delays = registry.histogram(metrics.eventLoopDelay).with()
  const age = registry.level(metrics.queueOldestWaitingAge).with({ 'bullmq.queue.name': 'mixed' })
  const plant = new MixedPlant({ startAt: start, jobsPerSecond, random: seeded(seed), registry })
  let set = 32
  const knob: Knob = {
    name: 'queue.admission.loop',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0.1, max: 32 },
    touches: ['queue'],
    actions: { 'queue.rescheduleHeavyTasks': { to: 1 } },
    divide: (arms, control) => plant.divide(arms, control),
    read: () => set,
    compareAndSet(expected, next) {
      if (set !== expected) return false
      set = next
      if (isLimiting) plant.limits.setLoop(next, now)
      return true
    },
  }
  const optimizer = new Optimizer({
    registries: [registry],
    // Fires at once: what the alert looks at is measured by another package.
    rules: [{ alert: response.to.alert, expr: 'max(homeostat_queue_oldest_waiting_age) >= 0', for: '10s' }],
    responses: [response],
    actions: knobActions(knob, new Knobs({ knobs: [knob], service: 'shop', clock })),
    warmUpMs: 0,
    modeOf: () => 'act',
    environment: {},
    random: seeded(7),
    clock,
  })
  const verdicts: LedgerEntry['verdicts'][number][] = []
  for (; now <= start + minutes * MINUTE_MS && verdicts.length === 0; now += 5000) {
    for (const turn of plant.runUntil(now)) delays.record(turn / 1000, Math.ceil(turn / 20))
    age.set(plant.oldestMs / 1000)
    verdicts.push(...(await optimizer.tickAndWait(now)).entry.verdicts)
  }
  return { verdict: verdicts[0], knob }
}
