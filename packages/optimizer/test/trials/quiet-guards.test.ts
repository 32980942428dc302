import type { RuleSource } from '@homeostat/promql'
import { expect, test } from 'vitest'
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
    await loop.run(loop.now - START + 3 * MINUTE_MS, () => 0.9)
    expect(blindSpots(loop)).toContain('would miss harm below')
    expect(blindSpots(loop).includes('noise is not known yet')).toBe(!isKnown)
    expect(errors).toEqual([])
  }
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
