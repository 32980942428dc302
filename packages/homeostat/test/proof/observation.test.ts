import { followLines } from '@homeostat/signals'
import { expect, test, vi } from 'vitest'
import type { ProveLook } from '../../src/proof/prove-question.ts'
import { plan, type ProvenService, response, START, startsServices, TICK_MS, VALVE } from './proven-service.ts'

const started = startsServices()

const looked = async (service: ProvenService, expr = 'test_pressure'): Promise<ProveLook> =>
  (await service.ask({
    ask: 'prove',
    do: 'look',
    request: { knob: VALVE, to: 4, expr, direction: 'down' },
  })) as ProveLook

const timesOf = (...ticks: number[]): number[] => ticks.map(tick => START + tick * TICK_MS)

test('a later look knows nothing of the switches of a proof, and there is none during one', async () => {
  const service = started({ level: valve => (valve === 4 ? 5 : 1) })
  await service.tick(3)
  await looked(service)
  await service.start({ pairs: 6 })
  expect(await looked(service)).toEqual({ refused: 'another proof is under way; plan when it is over' })
  await service.finish()
  await service.tick(2)
  const { past, switchedAt } = await looked(service)
  expect(past).toHaveLength(1)
  expect(switchedAt).toEqual([])
})

test('a value that somebody sets while somebody looks is a switch', async () => {
  const service = started()
  await service.tick()
  await looked(service)
  await service.tick(2)
  service.valve = 11
  await service.tick(2)
  expect((await looked(service)).switchedAt).toEqual(timesOf(4))
})

test('a read of the knob that fails is not a switch, and the next one neither', async () => {
  const service = started()
  await service.tick()
  await looked(service)
  await service.tick(2)
  const read = vi.spyOn(service.valveKnob, 'read').mockRejectedValueOnce(new Error('gone'))
  await service.tick(3)
  expect(read).toHaveBeenCalled()
  expect((await looked(service)).switchedAt).toEqual([])
  read.mockRejectedValueOnce(new Error('gone'))
  expect(await looked(service)).toEqual({ refused: expect.stringMatching(/^plant\.valve could not be read: /) })
})

test('a trial that is open while somebody looks is a switch at each tick', async () => {
  const service = started({ mode: 'act', seed: 2 })
  await service.tick()
  await looked(service)
  service.optimizer.load({
    rules: [{ alert: 'Hot', expr: 'vector(1)' }],
    responses: [{ ...response, to: { alert: 'Hot' }, options: { to: 6 } }],
  })
  await service.tick(3)
  expect(service.optimizer.trials.open).toMatchObject([{ arm: 'act' }])
  expect((await looked(service)).switchedAt).toEqual(timesOf(2, 3, 4))
})

test('a mistake in the measure is the caller’s, and no fault of a rule', async () => {
  const service = started()
  await service.tick(2)
  const faults: string[] = []
  using _ = followLines((_level, text) => faults.push(text))
  for (const expr of [
    'sum(',
    'nosuch(test_pressure)',
    'test_pressure[5m]',
    '"text"',
    'label_replace(test_pressure, "x", "$1", "job", "(")',
  ]) {
    expect(await looked(service, expr)).toEqual({
      refused: expect.stringMatching(/^the measure cannot be evaluated: /),
    })
    await service.tick()
  }
  // An experimental function is not a mistake.
  expect(await looked(service, 'mad_over_time(test_pressure[1m])')).toMatchObject({ rangeMs: 60_000 })
  await service.tick()
  expect(faults).toEqual([])
})

test('a measure without values ends the proof, and says what to do', async () => {
  const service = started({ responses: [{ ...response, expect: { expr: 'no_such_metric', direction: 'down' } }] })
  await service.start()
  const { proof } = await service.finish()
  expect(proof.ending!.why).toBe('no values')
  expect(proof.ending!.detail).toContain('choose another with --measure')
  expect(proof.pairs).toHaveLength(2)
  expect(service.valve).toBe(8)
  expect(plan.pairs).toBeGreaterThan(2)
})

test.each([
  [{ to: 40 }, 'plant.valve takes values from 1 to 16, and not 40'],
  [{ to: 0 }, 'plant.valve takes values from 1 to 16, and not 0'],
  [{ by: 9 }, 'plant.valve takes values from 1 to 16, and not 17'],
  [{ factor: 3 }, 'plant.valve takes values from 1 to 16, and not 24'],
  [{ to: 4.5 }, 'plant.valve takes multiples of 1, such as 4, and not 4.5'],
])('%o is refused, with what the knob takes', async (target, refused) => {
  const service = started()
  const request = { knob: VALVE, ...target }
  expect(await service.ask({ ask: 'prove', do: 'look', request })).toEqual({ refused })
  expect(await service.ask({ ask: 'prove', do: 'start', request, plan })).toEqual({ refused })
  expect(service.stood).toEqual([])
})

test('a factor is rounded to what the knob takes, and a response is cut to its bounds as in the loop', async () => {
  const service = started({ responses: [{ ...response, options: { to: 40 } }] })
  expect(await service.ask({ ask: 'prove', do: 'look', request: { knob: VALVE } })).toMatchObject({ to: 16 })
  expect(await service.ask({ ask: 'prove', do: 'look', request: { knob: VALVE, factor: 0.7 } })).toMatchObject({
    to: 5,
  })
})
