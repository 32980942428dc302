import { expect, test } from 'vitest'
import type { ProveState } from '../../src/proof/prove-question.ts'
import { plan, type ProvenService, response, START, startsServices, TICK_MS, VALVE } from './proven-service.ts'

const request = { knob: VALVE }

const started = startsServices()

test('a knob that helps is effective, the placebo is not, and both stand where they were', async () => {
  const service = started({ level: valve => (valve === 4 ? 0.8 : 1) })
  expect(await service.start()).toMatchObject({ state: 'running', donePairs: 0 })
  const { proof, judgement, state } = await service.finish()

  expect(proof.ending).toMatchObject({ why: 'completed' })
  expect(judgement).toMatchObject({ isCredible: true, knob: { verdict: 'effective' } })
  expect(judgement.knob.statistics.effect).toBeCloseTo(-0.2, 1)
  expect(judgement.placebo.verdict).not.toBe('effective')
  expect(state.reverted).toEqual([`${VALVE}: restored`, 'placebo: restored'])
  expect([service.valve, await service.placebo.read()]).toEqual([8, 0])
  expect(service.stood.filter(value => value === 4).length).toBeGreaterThanOrEqual(4)
  expect(service.knobs.adjusted).toEqual([])
  expect(judgement.cannotSee).toContain('harm to anything that no guard watches: the knob has no guards')
})

test('a harmful knob ends the proof early, with everything reverted', async () => {
  const service = started({ level: valve => (valve === 4 ? 1.6 : 1) })
  await service.start({ pairs: 30 })
  const { proof, judgement } = await service.finish()
  expect(proof.ending).toMatchObject({ why: 'harm' })
  expect(proof.pairs.length).toBeLessThan(15)
  expect(judgement.knob.verdict).toBe('harmful')
  expect(service.valve).toBe(8)
})

test('a guard of the response ends it within the first act block, and says why', async () => {
  const guarded = { ...response, guards: [{ expr: 'test_pressure', notWorseThan: 0.1 }] }
  const service = started({ level: valve => (valve === 4 ? 5 : 1), responses: [guarded] })
  await service.tick(150)
  expect(await service.start()).toMatchObject({ state: 'running' })
  const { proof } = await service.finish()
  expect(proof.ending!.why).toBe('guard')
  expect(proof.ending!.detail).toMatch(/^a guard was breached: test_pressure/)
  expect(proof.pairs).toHaveLength(1)
  expect(service.valve).toBe(8)
})

test('a proof begins when its guards know how much their numbers vary', async () => {
  const guarded = { ...response, guards: [{ expr: 'test_pressure', notWorseThan: 0.1 }] }
  const service = started({ responses: [guarded] })
  await service.tick(2)
  expect(await service.start()).toEqual({
    refused: expect.stringMatching(/^it cannot begin now: guards: its guard test_pressure /),
  })
})

test('the kill switch ends it and reverts', async () => {
  const service = started()
  await service.start()
  await service.tick(20)
  service.optimizer.killSwitch.trip('the operator')
  await service.prover.settled()
  expect((await service.state()).proof!.ending).toMatchObject({
    why: 'kill switch',
    detail: 'ended by the kill switch (the operator)',
  })
  expect(service.valve).toBe(8)
  expect(await service.start()).toEqual({
    refused: 'it cannot begin now: kill switch: tripped by the operator',
  })
})

test('nobody asks for it any more: it ends within its lease, and reverts', async () => {
  const service = started()
  await service.start()
  await service.tick(13)
  await service.tick(4, false)
  await service.prover.settled()
  expect((await service.state()).proof!.ending).toMatchObject({ why: 'abandoned' })
  expect(service.valve).toBe(8)
})

test('asking without the id of its start does not prolong it', async () => {
  const service = started()
  await service.start()
  for (let tick = 0; tick < 4; tick++) {
    await service.tick(1, false)
    await service.ask({ ask: 'prove', do: 'state' })
  }
  expect((await service.state()).state).toBe('over')
})

test('a value that somebody else sets stands, and ends the proof', async () => {
  const service = started()
  await service.start()
  await service.tick(5)
  service.valve = 11
  await service.tick(2)
  expect((await service.state()).proof!.ending).toMatchObject({ why: 'superseded' })
  expect(service.valve).toBe(11)
})

test('a knob that refuses to be set ends the proof, and says so', async () => {
  const service = started({ set: () => false })
  await service.start()
  const { proof } = await service.finish()
  expect(proof.ending).toMatchObject({ why: 'not set' })
  expect(proof.ending!.detail).toContain('plant.valve could not be switched: plant.valve refused to be set')
  expect(
    proof.pairs.flatMap(({ blocks }) => blocks).filter(({ arm, samples }) => arm === 'act' && samples.length > 0),
  ).toEqual([])
})

test('a reading that is not a number is never shown', async () => {
  const service = started()
  const say = (text: string): void => void (service.valve = text as never)
  say('hunter2')
  const refused = 'the read() of plant.valve returned a value of type string; a number is expected'
  expect(await service.ask({ ask: 'prove', do: 'look', request })).toEqual({ refused })
  service.valve = 8
  await service.start()
  await service.tick(5)
  say('hunter2')
  const state = await service.finish()
  expect(state.proof.ending).toMatchObject({ why: 'not set' })
  expect(JSON.stringify([state, service.optimizer.ledger.entries])).not.toContain('hunter2')
})

test('while it runs there is no second one, and the loop leaves its resources alone', async () => {
  const service = started({ mode: 'act' })
  await service.start()
  service.optimizer.load({
    rules: [{ alert: 'Hot', expr: 'vector(1)' }],
    responses: [{ ...response, to: { alert: 'Hot' }, options: { to: 6 } }],
  })
  expect(await service.start()).toEqual({ refused: 'another proof is under way' })
  await service.tick(2)
  const refusals = service.optimizer.ledger.entries.at(-1)!.refusals.map(({ reason, detail }) => `${reason}: ${detail}`)
  expect(refusals).toEqual(['conflict: a run of it, or on the same resource, has not ended'])
  await service.do('abort')
  await service.tick()
  expect(service.optimizer.trials.open).toHaveLength(1)
  expect(await service.ask({ ask: 'prove', do: 'start', request: { ...request, to: 4 }, plan })).toEqual({
    refused: expect.stringMatching(/^it cannot begin now: conflict: plant\.valve on/),
  })
})

test('a safety response on the same resource does not wait: it ends the proof', async () => {
  const service = started({ mode: 'act' })
  await service.start()
  service.optimizer.load({
    rules: [{ alert: 'Hot', expr: 'vector(1)' }],
    responses: [{ ...response, to: { alert: 'Hot' }, options: { to: 6 }, priority: 'safety' }],
  })
  await service.tick()
  expect((await service.state()).proof!.ending).toMatchObject({
    why: 'safety',
    detail: 'plant.valve has to run for Hot, on the same resources',
  })
  expect(service.valve).toBe(8)
  await service.tick()
  expect(service.valve).toBe(6)
})

test('a spent budget keeps a proof from beginning', async () => {
  const service = started({ budget: { runsPerHour: 0 } })
  expect(await service.start()).toEqual({
    refused: 'it cannot begin now: budget: all actions together ran 0 times within an hour',
  })
})

test('a look changes nothing, and returns what would be tried and the values so far', async () => {
  const service = started()
  await service.tick(20)
  const look = await service.ask({ ask: 'prove', do: 'look', request })
  expect(look).toMatchObject({
    knob: VALVE,
    from: 8,
    to: 4,
    expr: 'test_pressure',
    direction: 'down',
    alert: 'PressureHigh',
  })
  // Nobody knows what was switched before somebody looked.
  expect('past' in look && look.past.length).toBe(1)
  await service.tick(3)
  const later = await service.ask({ ask: 'prove', do: 'look', request })
  expect('past' in later && later.past.length).toBe(4)
  expect('past' in later && later.past.at(-1)![0]).toBe(START + 23 * TICK_MS)
  expect(service.stood).toEqual([])
})

test.each([
  [{ knob: 'nobody' }, {}, "'nobody' is not a knob of this process; its knobs: plant.valve"],
  [{ knob: 'homeostat.placebo' }, {}, "'homeostat.placebo' is not a knob of this process"],
  [request, { allowed: [] }, 'this process does not allow it: start it with HOMEOSTAT_PROVE=plant.valve'],
  [request, { responses: [] }, 'say with --to which value of plant.valve to try'],
  [{ ...request, to: 4 }, { responses: [] }, 'say with --measure and --direction'],
  [{ ...request, to: 8 }, {}, 'plant.valve stands at 8 already'],
  [{ ...request, to: 4, by: 1 }, {}, 'at most one of to, by and factor'],
  [{ ...request, to: NaN }, {}, 'to must be a number'],
  [{ ...request, alert: 'Nothing' }, {}, "no response to 'Nothing' sets plant.valve"],
  [{ ...request, expr: 'sum(' }, {}, 'the measure cannot be evaluated: '],
  [
    request,
    { responses: [response, { ...response, to: { alert: 'Other' } }] },
    'choose one with --alert: PressureHigh, Other',
  ],
] as const)('%o is refused in one line', async (asked, options, line) => {
  const service = started(options)
  for (const question of [{ do: 'look' }, { do: 'start', plan }] as const) {
    const answer = await service.ask({ ask: 'prove', request: asked, ...question })
    expect(answer).toEqual({ refused: expect.stringContaining(line) })
  }
  expect(service.stood).toEqual([])
})

test.each([
  { pairs: 5 },
  { pairs: 6.5 },
  { pairs: 501 },
  { blockMs: 0 },
  { blockMs: Infinity },
  { carryOverMs: 60_000 },
  { seed: -1 },
  { worth: 0 },
  { harm: 1 },
])('the plan %o is refused', async changes => {
  const service = started()
  expect(await service.start(changes)).toEqual({ refused: expect.stringContaining('must be') })
})

test('a change that names another proof is refused', async () => {
  const service = started()
  const first = (await service.start()) as ProveState
  await service.do('abort', first.id)
  const second = (await service.start()) as ProveState
  for (const what of ['pause', 'resume', 'abort'] as const)
    expect(await service.do(what, first.id)).toEqual({ refused: 'the proof is over, and another one has begun' })
  expect((await service.state()).state).toBe('running')
  expect(await service.do('abort', second.id)).toMatchObject({ state: 'over' })
})

test('a pause whose knob does not come back says so, and goes on until it does', async () => {
  let isStuck = true
  const service: ProvenService = started({
    set: (expected, next) => {
      if (next === 8 && isStuck) return false
      if (service.valve !== expected) return false
      service.valve = next
      return true
    },
  })
  await service.start()
  while (service.valve !== 4) await service.tick()
  expect(await service.do('pause')).toMatchObject({
    state: 'paused',
    standing: 'elsewhere',
    line: expect.stringMatching(
      /^paused but not reverted \(plant\.valve stands at 4, plant\.valve refuses to be reverted\): 0 of 8 pairs/,
    ),
  })
  isStuck = false
  await service.tick(2)
  expect(service.valve).toBe(8)
  const { standing, line } = await service.state()
  expect({ standing, line }).toEqual({ standing: 'as wanted', line: expect.stringMatching(/^paused with everything/) })
})

test('asking for what is not there is refused in one line', async () => {
  const service = started()
  for (const what of ['pause', 'resume', 'abort'] as const)
    expect(await service.do(what)).toEqual({ refused: 'no proof was started in this process' })
  await service.start()
  await service.do('abort')
  for (const what of ['pause', 'resume', 'abort'] as const)
    expect(await service.do(what)).toEqual({ refused: 'the proof is over' })
})
