import type { RuleSource } from '@homeostat/promql'
import { atOnce } from '@homeostat/signals'
import { describe, expect, test } from 'vitest'
import type { LedgerEntry, ResponseGuard as Guard } from '../../src/index.ts'
import type { Measurement } from '../../src/alerts/measurement.ts'
import { GuardReader } from '../../src/trials/guard-reader.ts'
import { QuietGuards } from '../../src/trials/quiet-guards.ts'
import { StateKeeper } from '../../src/state/state-keeper.ts'
import { evidenceSection } from '../../src/verdicts/evidence-section.ts'
import type { Response } from '../../src/words/response.ts'
import { Loop, relieve, response, START } from '../loop.ts'
import { MemoryStore } from '../state/memory-store.ts'

const MINUTE_MS = 60_000
const guarded: Response = { ...response, guards: [{ expr: 'test_pressure', notWorseThan: 0.1 }] }
const rules: RuleSource[] = [{ alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s' }]
const receipt = { summary: 'done', effects: { things: 1 } }

/** One life of a process, in virtual time. */
async function started(
  store: MemoryStore,
  from: number,
): Promise<{ loop: Loop; keeper: StateKeeper; errors: unknown[] }> {
  const loop = new Loop({ actions: [relieve(async () => receipt)], responses: [guarded] })
  loop.now = from
  const errors: unknown[] = []
  const { histories, trials } = loop.optimizer
  const keeper = new StateKeeper({
    sections: [evidenceSection(histories), trials.quiet],
    places: { now: () => [store], forget: () => undefined },
    onError: error => void errors.push(error),
    clock: () => loop.now,
  })
  await keeper.start()
  return { loop, keeper, errors }
}

/** Around 0.5, and never still. */
const calm = (elapsedMs: number): number => 0.5 * Math.exp(0.1 * Math.sin((elapsedMs / 5000) * 2.4))
const blindSpots = (loop: Loop): string => {
  const trial = loop.optimizer.trials.all.find(({ arm, state }) => arm === 'act' && state === 'judged')
  return trial && 'blindSpots' in trial ? trial.blindSpots.join('; ') : ''
}

test('a process that is redeployed knows from the first trial on how much its guards vary', async () => {
  const store = new MemoryStore()
  const first = await started(store, START)
  await first.loop.run(30 * MINUTE_MS, calm)
  await first.keeper.stop()
  const kept = store.texts.get('quiet-levels')
  expect(kept).toContain('"kind":"level"')
  // Neither the expression of a guard nor the labels of its series leave the process.
  expect(kept).not.toContain('test_pressure')

  const from = first.loop.now + MINUTE_MS
  for (const [texts, isKnown] of [
    [store.texts, true],
    [new Map<string, string>(), false],
  ] as const) {
    const place = new MemoryStore()
    for (const [key, text] of texts) place.texts.set(key, text)
    const { loop, errors } = await started(place, from)
    await loop.run(from - START + MINUTE_MS, calm)
    const entries = await loop.run(loop.now - START + 4 * MINUTE_MS, () => 0.9)
    expect(blindSpots(loop)).toContain('would miss harm below')
    expect(blindSpots(loop)).not.toContain('noise is not known yet')
    expect(entries.some(({ refusals }) => refusals.some(({ reason }) => reason === 'guards'))).toBe(!isKnown)
    expect(errors).toEqual([])
  }
})

describe('a trial whose guard does not know yet how much its number varies', () => {
  const answers = (entries: readonly LedgerEntry[]): string[] =>
    entries.flatMap(({ refusals, started }) => [
      ...refusals.map(({ reason, detail }) => `${reason}: ${detail}`),
      ...started.map(({ id }) => id),
    ])

  test('waits, says what is missing and for how long, and begins when it is known', async () => {
    const { loop } = await started(new MemoryStore(), START)
    const calmEntries = await loop.run(MINUTE_MS, calm)
    const entries = await loop.run(4 * MINUTE_MS, () => 0.9)
    expect(calmEntries.flatMap(({ firings }) => firings)).toEqual([])
    const said = answers(entries)
    expect(said[0]).toBe(
      'guards: its guard test_pressure knows 16 of the 40 quiet samples it needs; ready after about 2 min without a trial',
    )
    const begins = said.indexOf('plant.relieve#1')
    expect(said[begins - 1]).toBe(
      'guards: its guard test_pressure knows 39 of the 40 quiet samples it needs; ready after about 5 s without a trial',
    )
    expect(loop.optimizer.trials.all[0]!.startedAt - START).toBe(39 * 5000)
    expect(blindSpots(loop)).not.toContain('noise is not known yet')
  })

  test('begins at once when its response is for safety, and explain says that its guard is not sure', async () => {
    const loop = new Loop({
      actions: [relieve(async () => receipt)],
      responses: [{ ...guarded, priority: 'safety' }],
    })
    const entries = await loop.run(3 * MINUTE_MS, () => 0.9)
    expect(answers(entries)[0]).toBe('plant.relieve#1')
    expect(loop.optimizer.trials.all[0]!.startedAt - START).toBeLessThan(20_000)
    expect(loop.optimizer.explain('plant.relieve#1')?.line).toContain(
      'noise is not known yet, so noise alone may cause a revert',
    )
  })

  test('waits for a guard without data as long as one with data would learn, and reports that it runs without it', async () => {
    const loop = new Loop({
      actions: [relieve(async () => receipt)],
      responses: [{ ...response, guards: [{ expr: 'nobody_measures_this', notWorseThan: 0.1 }] }],
    })
    const said = answers(await loop.run(5 * MINUTE_MS, () => 0.9))
    expect(said[0]).toBe(
      'guards: its guard nobody_measures_this has no data; a trial begins without this guard after 4 min',
    )
    expect(loop.optimizer.trials.all[0]!.startedAt - START).toBe(200_000)
    expect(loop.optimizer.explain('plant.relieve#1')?.line).toContain('nobody_measures_this: has no data')
  })

  test('waits for the series of its own labels alone', async () => {
    const quiet = new QuietGuards(5000)
    const guard: Guard = { expr: 'by_queue', notWorseThan: 0.1 }
    atOnce(quiet.use([guard], START))
    const values = new Map<string, number>([['mail', 0]])
    const measurement = {
      read: () => [...values.keys()].map(queue => ({ key: queue, labels: { queue }, value: 1 })),
    } as unknown as Measurement
    const learn = (now: number): void => atOnce(quiet.learn(measurement, new GuardReader(now), now))
    for (let tick = 0; tick < 200; tick++) learn(START + tick * 5000)
    values.set('video', 0)
    for (let tick = 200; tick < 205; tick++) learn(START + tick * 5000)
    const now = START + 205 * 5000
    expect(quiet.unlearnedOf(guard, { queue: 'mail' }, now)).toBeUndefined()
    expect(quiet.unlearnedOf(guard, { queue: 'video' }, now)).toContain('knows 5 of the 40')
    // An alert without that label is about all of them.
    expect(quiet.unlearnedOf(guard, {}, now)).toContain('knows 5 of the 40')
    // The guard has been there for long, so a label without data does not wait.
    expect(quiet.unlearnedOf(guard, { queue: 'other' }, now)).toBeUndefined()
  })
})

test('a guard that a reload removed is forgotten, and one that it left as it was is not', async () => {
  const { loop } = await started(new MemoryStore(), START)
  const { trials } = loop.optimizer
  const learned = (): number => [...trials.quiet.snapshot()].length
  await loop.run(10 * MINUTE_MS, calm)
  expect(learned()).toBe(1)
  for (let edit = 0; edit < 5; edit++) {
    const edited = { ...guarded, guards: [{ expr: `test_pressure + ${edit}`, notWorseThan: 0.1 }] }
    loop.optimizer.load({ rules, responses: [edited] })
    await loop.run(loop.now - START + MINUTE_MS, calm)
    expect(learned()).toBe(1)
  }
  const before = JSON.stringify([...trials.quiet.snapshot()].map(({ key }) => key))
  const same = { ...guarded, guards: [{ expr: 'test_pressure + 4', notWorseThan: 0.1 }] }
  loop.optimizer.load({ rules, responses: [same] })
  await loop.run(loop.now - START + MINUTE_MS, calm)
  expect(JSON.stringify([...trials.quiet.snapshot()].map(({ key }) => key))).toBe(before)
  for (const responses of [[], [same]]) {
    loop.optimizer.load({ rules, responses })
    await loop.run(loop.now - START + MINUTE_MS, calm)
    expect(learned()).toBe(responses.length)
  }
})
