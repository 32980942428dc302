import { expect, test } from 'vitest'
import type { Receipt } from '../src/index.ts'
import { Loop, START, engineValue, relieve, response } from './loop.ts'

const receipt: Receipt = { summary: 'relieved 3 plants', effects: { plants: 3 } }

test('a signal above its limit goes the whole walk: firing, decision, receipt, verdict, ledger', async () => {
  let isRelieved = false
  const loop = new Loop({
    actions: [
      relieve(async () => {
        isRelieved = true
        return receipt
      }),
    ],
  })

  const entries = await loop.run(60_000, () => (isRelieved ? 0.3 : 0.9))

  const pending = entries.findIndex(entry => entry.pending.length > 0)
  const decided = entries.findIndex(entry => entry.decisions.length > 0)
  const judged = entries.findIndex(entry => entry.verdicts.length > 0)
  expect(entries[pending]?.pending[0]).toMatchObject({ alert: 'PressureHigh', value: 0.9, firesAt: START + 10_000 })
  expect(entries[decided]?.now).toBe(START + 10_000)
  expect(entries[decided]?.started[0]).toMatchObject({ id: 'plant.relieve#1', arm: 'act' })
  expect(entries[decided + 1]?.ended[0]?.outcome).toEqual({ status: 'completed', receipt })
  expect(entries[judged]?.verdicts[0]).toMatchObject({ state: 'judged', verdict: 'inconclusive' })
  expect(loop.optimizer.explain('plant.relieve#1')?.line).toEqual(
    expect.stringMatching(
      /^plant.relieve#1 for PressureHigh: relieved 3 plants; 0.9 before, 0.3 after \(not evidence\); inconclusive: 1 of 6 act, 0 of 6 control/,
    ),
  )
  expect(loop.optimizer.explain('plant.relieve#1')?.line).toMatch(
    /; error budget of its verdicts \(generation 1\): for effective 50 % spent and 50 % left, for harmful 50 % spent and 50 % left$/,
  )
})

test('the default mode is advise: it reports what it would do and changes nothing', async () => {
  let runs = 0
  const loop = new Loop({ modeOf: undefined!, actions: [relieve(async () => (runs++, receipt))] })

  const entries = await loop.run(30_000, () => 0.9)

  expect(runs).toBe(0)
  expect(entries.at(-1)?.refusals).toMatchObject([
    { reason: 'mode', detail: 'mode is advise; in act it would run plant.relieve' },
  ])
})

test('HOMEOSTAT_DISABLED=1 stops every action with that reason, and measuring goes on', async () => {
  let runs = 0
  const loop = new Loop({ environment: { HOMEOSTAT_DISABLED: '1' }, actions: [relieve(async () => (runs++, receipt))] })

  const entries = await loop.run(30_000, () => 0.9)

  expect(runs).toBe(0)
  expect(entries.at(-1)?.mode).toBe('off')
  expect(entries.at(-1)?.firings).toHaveLength(1)
  expect(entries.at(-1)?.refusals).toMatchObject([{ reason: 'kill switch', detail: 'tripped by HOMEOSTAT_DISABLED' }])
  expect(engineValue(loop, 'homeostat.heartbeat')).toBe(entries.length)
})

test('nothing acts during warm-up', async () => {
  const loop = new Loop({ warmUpMs: 25_000, actions: [relieve(async () => receipt)] })

  const entries = await loop.run(40_000, () => 0.9)

  const decided = entries.find(entry => entry.decisions.length > 0)
  expect(decided?.now).toBe(START + 25_000)
  expect(entries[2]?.refusals).toMatchObject([{ reason: 'warm-up', detail: '15 s of warm-up left' }])
})

test('the cooldown counts from the end of the last trial', async () => {
  const times: number[] = []
  const loop = new Loop({
    responses: [{ ...response, cooldownMs: 60_000 }],
    actions: [relieve(async ({ now }) => (times.push(now - START), receipt))],
  })

  await loop.run(150_000, () => 0.9)

  // Over at 30 s; 60 s of cooldown, 20 % longer with this seed; at the next tick.
  expect(times).toEqual([10_000, 105_000])
})

test('missing data never starts an action, also while the alert is kept firing', async () => {
  let runs = 0
  const rule = { alert: 'PressureHigh', expr: 'test_pressure > 0.8', keepFiringFor: '5m' }
  const loop = new Loop({ rules: [rule], warmUpMs: 20_000, actions: [relieve(async () => (runs++, receipt))] })

  const entries = await loop.run(60_000, elapsed => (elapsed < 15_000 ? 0.9 : undefined))

  expect(runs).toBe(0)
  expect(entries.at(-1)?.refusals).toMatchObject([{ reason: 'missing data' }])
})

test('a value that vanishes while its alert fires is missing, and neither over nor acted on', async () => {
  let runs = 0
  const rule = { alert: 'PressureHigh', expr: 'test_pressure > 0.8' }
  const loop = new Loop({ rules: [rule], warmUpMs: 20_000, actions: [relieve(async () => (runs++, receipt))] })

  const entries = await loop.run(60_000, elapsed => (elapsed < 15_000 ? 0.9 : undefined))

  expect(runs).toBe(0)
  expect(entries.at(-1)?.firings).toMatchObject([{ alert: 'PressureHigh', missingSince: START + 15_000 }])
  expect(entries.at(-1)?.refusals).toMatchObject([{ reason: 'missing data' }])
})

test('an action that names no resource has one open trial on an alert all the same', async () => {
  const loop = new Loop({ actions: [relieve(async () => receipt, { touches: [] })] })

  const entries = await loop.run(60_000, () => 0.9)

  for (const { open } of entries) expect(open.filter(({ state }) => state !== 'running').length).toBeLessThanOrEqual(1)
})

test('an action that throws, also before its first await, is contained, counted and judged as failed', async () => {
  const loop = new Loop({
    actions: [
      relieve(() => {
        throw Object.assign(new Error('the plant is on fire'), { code: 'EFIRE' })
      }),
    ],
  })

  const entries = await loop.run(20_000, () => 0.9)

  const verdict = entries.flatMap(entry => entry.verdicts)[0]
  expect(verdict).toMatchObject({
    verdict: 'failed',
    reason: expect.stringMatching(/^EFIRE at optimizer\.test\.ts:\d+:\d+$/),
  })
  expect(engineValue(loop, 'homeostat.errors', { component: 'action', type: 'EFIRE' })).toBe(1)
  expect(engineValue(loop, 'homeostat.action.runs', { result: 'failed' })).toBe(1)
})

test('one failing action never stops another', async () => {
  const ran: string[] = []
  const loop = new Loop({
    responses: [response, { ...response, action: 'other.relieve' }],
    actions: [
      relieve(async () => Promise.reject(new Error('no'))),
      relieve(async () => (ran.push('other'), receipt), { name: 'other.relieve', touches: ['other'] }),
    ],
  })

  await loop.run(20_000, () => 0.9)

  expect(ran).toEqual(['other'])
})

test('a receipt of nothing is a noop', async () => {
  const loop = new Loop({ actions: [relieve(async () => ({ summary: 'nothing to do', effects: { plants: 0 } }))] })

  const entries = await loop.run(60_000, () => 0.9)

  expect(entries.flatMap(entry => entry.verdicts)[0]?.verdict).toBe('noop')
})

test('two actions on one resource wait for each other', async () => {
  const loop = new Loop({
    responses: [response, { ...response, action: 'second.relieve' }],
    actions: [relieve(async () => receipt), relieve(async () => receipt, { name: 'second.relieve' })],
  })

  const entries = await loop.run(30_000, () => 0.9)

  expect(entries[2]?.decisions.map(({ action }) => action.name)).toEqual(['plant.relieve'])
  expect(entries[2]?.refusals).toMatchObject([{ reason: 'conflict' }])
  expect(entries[4]?.refusals.map(({ reason }) => reason)).toEqual(['conflict', 'conflict'])
})

test('an alert without a response, and an action that no package provides, are named', async () => {
  const loop = new Loop({
    rules: [
      { alert: 'Lonely', expr: 'test_pressure > 0.8' },
      { alert: 'Unarmed', expr: 'test_pressure > 0.8' },
    ],
    responses: [{ ...response, to: { alert: 'Unarmed' }, action: 'queue.rescheduleHeavyTasks' }],
    actions: [],
  })

  const entries = await loop.run(5000, () => 0.9)

  expect(entries.at(-1)?.refusals.map(({ reason, detail }) => [reason, detail])).toEqual([
    ['no such action', 'no package in use provides queue.rescheduleHeavyTasks'],
    ['no response', 'nothing is registered for this alert'],
  ])
})

test('a rule that cannot be read is left out, reported, and stops no other', async () => {
  const loop = new Loop({
    rules: [
      { alert: 'Broken', expr: 'sum by (' },
      { alert: 'PressureHigh', expr: 'test_pressure > 0.8' },
    ],
    actions: [],
  })

  const entries = await loop.run(0, () => 0.9)

  expect(entries[0]?.firings.map(({ alert }) => alert)).toEqual(['PressureHigh'])
  expect(engineValue(loop, 'homeostat.errors', { component: 'rule' })).toBe(1)
})

test('a refusal is counted once per change of its reason, not once per tick', async () => {
  const loop = new Loop({ modeOf: () => 'shadow', actions: [relieve(async () => receipt)] })

  await loop.run(60_000, () => 0.9)

  expect(engineValue(loop, 'homeostat.refusals', { reason: 'mode' })).toBe(1)
})
