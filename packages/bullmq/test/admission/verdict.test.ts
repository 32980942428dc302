import { expect, test } from 'vitest'
import { MINUTE_MS, simulatedLoop } from './simulated-loop.ts'

test('rescheduling heavy jobs is proven in six minutes, and stays on', async () => {
  const { verdict, knob } = await simulatedLoop({ minutes: 10, jobsPerSecond: 8 })

  expect(verdict).toMatchObject({ action: 'queue.rescheduleHeavyTasks', verdict: 'effective', state: 'kept' })
  expect(verdict!.judgedAt - verdict!.startedAt).toBeLessThanOrEqual(6 * MINUTE_MS)
  expect(await knob.read()).toBe(1)
})

test('where it changes nothing it is not called effective, and is reverted', async () => {
  const { verdict, knob } = await simulatedLoop({ minutes: 15, jobsPerSecond: 8, isLimiting: false })

  expect(['no_effect', 'inconclusive']).toContain(verdict?.verdict)
  expect(await knob.read()).toBe(32)
})
