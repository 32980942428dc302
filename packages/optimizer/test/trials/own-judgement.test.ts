import { expect, test } from 'vitest'
import { longTrial, World } from './watched-service.ts'

const GUARD = { expr: 'max(test_lag)', notWorseThan: 0.1 }
/** So that the run goes on when it is aborted. */
const responses = [{ ...longTrial, guards: [GUARD], timeoutMs: 3_600_000 }]

test('a run that a guard ends is undone, although it approves of its own change', async () => {
  const world = new World({ judgesItself: true, responses })
  await world.untilTrial()
  world.harm = 3
  await world.until(() => Number.isFinite(world.undone))
  const [trial] = world.loop.optimizer.trials.all
  expect(trial).toMatchObject({ state: 'judged', reverted: { result: 'restored', because: 'guard breached' } })
})

test('a run that the kill switch ends is undone, although it approves of its own change', async () => {
  const world = new World({ judgesItself: true, responses })
  await world.untilTrial()
  world.loop.optimizer.killSwitch.trip('a person')
  await world.until(() => Number.isFinite(world.undone))
  const [trial] = world.loop.optimizer.trials.all
  expect(trial).toMatchObject({ state: 'judged', reverted: { result: 'restored', because: 'kill switch' } })
})
