import { knobActions, Knobs, Optimizer, type Knob, type LedgerEntry } from '@homeostat/optimizer'
import { metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { expect, test } from 'vitest'
import { responses } from '../../src/responses.ts'
import { MixedPlant } from './mixed-plant.ts'
import { switchSettled } from './settled-switch.ts'

const START = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000
const response = responses.find(({ action }) => action === 'queue.rescheduleHeavyTasks')!

function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}

/** A loop that acts on what it measures, in virtual time. */
async function loopFor(
  minutes: number,
  { jobsPerSecond, isLimiting = true }: { jobsPerSecond: number; isLimiting?: boolean },
) {
  let now = START
  const clock = (): number => now
  const registry = new Registry({ scope: { name: 'plant', version: '0' }, clock })
  const delays = registry.histogram(metrics.eventLoopDelay).with()
  const age = registry.level(metrics.queueOldestWaitingAge).with({ 'bullmq.queue.name': 'mixed' })
  const plant = new MixedPlant({ startAt: START, jobsPerSecond, random: seeded(5) })
  let set = 32
  const knob: Knob = {
    name: 'queue.admission.loop',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0.1, max: 32 },
    touches: ['queue'],
    actions: { 'queue.rescheduleHeavyTasks': { to: 1 } },
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
  for (; now <= START + minutes * MINUTE_MS; now += 5000) {
    for (const turn of plant.runUntil(now)) delays.record(turn / 1000, Math.ceil(turn / 20))
    age.set(plant.oldestMs / 1000)
    verdicts.push(...(await optimizer.tickAndWait(now)).entry.verdicts)
    await switchSettled(optimizer.trials.open[0], now, () => set === 1)
  }
  return { verdict: verdicts[0], knob }
}

test('rescheduling heavy jobs is proven in a quarter of an hour, and stays on', async () => {
  const { verdict, knob } = await loopFor(25, { jobsPerSecond: 8 })

  expect(verdict).toMatchObject({ action: 'queue.rescheduleHeavyTasks', verdict: 'effective', state: 'kept' })
  expect(verdict!.judgedAt - verdict!.startedAt).toBeLessThanOrEqual(17 * MINUTE_MS)
  expect(await knob.read()).toBe(1)
})

test('where it changes nothing it is not called effective, and is reverted', async () => {
  const { verdict, knob } = await loopFor(25, { jobsPerSecond: 8, isLimiting: false })

  expect(['no_effect', 'inconclusive']).toContain(verdict?.verdict)
  expect(await knob.read()).toBe(32)
})
