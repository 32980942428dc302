import { describe, expect, it, test } from 'vitest'
import type { Mode } from '../../src/index.ts'
import { parseSavedHistory } from '../../src/parts.ts'
import { Loop, relieve } from '../loop.ts'
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

describe('what is reported of an action that judges itself', () => {
  const ESTIMAND = 'the time of a call before against after; better from 20 % on'
  const judgement = { verdict: 'effective' as const, reason: '3 -> 0.1 ms a call' }
  const acting = (runs: { count: number }, mode: Mode = 'act'): Loop =>
    new Loop({
      modeOf: () => mode,
      actions: [
        relieve(
          async () => {
            runs.count++
            return { summary: 'opened a valve', effects: { valves: 1 }, judgement }
          },
          { estimand: ESTIMAND },
        ),
      ],
      responses: [{ ...longTrial, cooldownMs: 30_000, guards: [{ expr: 'max(test_pressure)', notWorseThan: 5 }] }],
    })
  const isHigh = (elapsedMs: number): number => (elapsedMs % 60_000 < 30_000 ? 0.9 : 0.1)

  it('is what it will compare, and then what it has found; the loop withholds no run of it', async () => {
    const advising = acting({ count: 0 }, 'advise')
    await advising.run(60_000, isHigh)
    expect(advising.optimizer.evidence()[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: `the action judges each of its changes itself, and has made none so far: it compares ${ESTIMAND}`,
      estimand: ESTIMAND,
    })
    const runs = { count: 0 }
    const loop = acting(runs)
    await loop.run(600_000, isHigh)
    expect(runs.count).toBeGreaterThan(3)
    expect(loop.optimizer.evidence()[0]).toMatchObject({
      verdict: 'effective',
      reason: `by the action's own comparison, the last of ${runs.count} trials: 3 -> 0.1 ms a call`,
      acts: runs.count,
      controls: 0,
      estimand: ESTIMAND,
    })
    expect(loop.optimizer.trials.all.filter(({ arm }) => arm !== 'act')).toEqual([])
  })

  it('is one line without repeats, in which the blind spot of a guard is called one', async () => {
    const loop = acting({ count: 0 })
    await loop.run(300_000, isHigh)
    const { line } = loop.optimizer.explain('plant.relieve#1')!
    expect(line).toContain(
      'plant.relieve#1 for PressureHigh: opened a valve; 0.9 before; effective, as the action has measured itself: 3 -> 0.1 ms a call; its guard beside that: max(test_pressure): ',
    )
    expect(line.split('3 -> 0.1')).toHaveLength(2)
  })

  it('outlasts the process', async () => {
    const before = acting({ count: 0 })
    await before.run(300_000, isHigh)
    const reason = before.optimizer.evidence()[0]!.reason
    const saved = JSON.parse(JSON.stringify(before.optimizer.histories.save())) as Record<string, unknown>
    const [[key, history]] = Object.entries(saved) as [[string, unknown]]
    const after = acting({ count: 0 })
    after.optimizer.histories.resume(key, parseSavedHistory(history)!)
    await after.run(5_000, () => 0.1)
    after.optimizer.histories.of(before.optimizer.trials.all[0]!)
    expect(reason).toMatch(/trials?: 3 -> 0\.1 ms a call$/)
    expect(after.optimizer.evidence()[0]).toMatchObject({ verdict: 'effective', reason })
  })
})
