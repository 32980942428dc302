import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { MAX_STATE_BYTES } from '../../src/state/state-size.ts'
import { StateKeeper } from '../../src/state/state-keeper.ts'
import { textOf } from '../../src/state/state-text.ts'
import { QuietGuards } from '../../src/trials/quiet-guards.ts'
import { evidenceSection } from '../../src/verdicts/evidence-section.ts'
import { Histories } from '../../src/verdicts/histories.ts'
import { parseSavedHistory } from '../../src/verdicts/saved-history.ts'
import type { StateSection } from '../../src/words/state-section.ts'
import { MemoryStore } from './memory-store.ts'

const DAY_MS = 86_400_000
let now: number
let store: MemoryStore
let errors: unknown[]

beforeEach(() => {
  now = 1_800_000_000_000
  store = new MemoryStore()
  errors = []
})

/** A section of numbers by name. A larger number outweighs. */
function numbers(values: Record<string, number>, more: Partial<StateSection<number>> = {}): StateSection<number> {
  return {
    name: 'numbers',
    version: 1,
    forgetAfterMs: 90 * DAY_MS,
    snapshot: () => Object.entries(values).map(([key, value]) => ({ key, print: String(value), lines: () => [value] })),
    parse: ([value]) => (typeof value === 'number' ? value : undefined),
    restore: (key, value) => void (values[key] = value),
    ...more,
  }
}

function keeperOf(...sections: readonly StateSection[]): StateKeeper {
  const places = { now: () => [store], forget: () => undefined }
  const onError = (error: unknown): void => void errors.push(error)
  return new StateKeeper({ sections: sections, places, onError, clock: () => now })
}

async function restored(section: (values: Record<string, number>) => StateSection<number> = numbers) {
  const values: Record<string, number> = {}
  await keeperOf(section(values)).start()
  return values
}

test('a section that is damaged, or fails, is one line and does not keep the others', async () => {
  const fails = (): never => {
    throw new Error('no')
  }
  store.texts.set('damaged', '{"version":1,')
  const good = { a: 1 }
  const damaged = numbers({}, { name: 'damaged' })
  const failing = numbers({}, { name: 'failing', snapshot: fails })
  const keeper = keeperOf(damaged, failing, numbers(good))
  await keeper.start()
  expect(errors.map(String)).toEqual([expect.stringContaining('1 text of the damaged at memory cannot be read')])
  await keeper.stop()
  expect(String(errors[1])).toBe('Error: no')
  expect(await restored()).toEqual(good)
  // Nothing took its place, since there is nothing to save.
  expect(store.texts.get('damaged')).toBe('{"version":1,')
})

test('entries that are not valid are counted in one line, and the others restored', async () => {
  const entries = ['1', '"x"', '3', 'nonsense'].map((line, index) => {
    return { key: `k${index}`, savedAt: now, savedBy: '', lines: [line] }
  })
  store.texts.set('numbers', textOf(1, entries))
  expect(await restored()).toEqual({ k0: 1, k2: 3 })
  expect(errors.map(String)).toEqual([expect.stringContaining('2 entries of the numbers at memory cannot be read')])
})

test('entries of another version are left out, and replaced by the next save only', async () => {
  const other = textOf(2, [{ key: 'a', savedAt: now, savedBy: '', lines: ['1'] }])
  store.texts.set('numbers', other)
  const values: Record<string, number> = {}
  const keeper = keeperOf(numbers(values))
  await keeper.start()
  await keeper.save()
  expect([values, store.texts.get('numbers'), errors.length]).toEqual([{}, other, 1])
  values['b'] = 2
  await keeper.save()
  expect(await restored()).toEqual({ b: 2 })
})

test('processes that save by turns keep the entries of each other, and what none has saved for long is forgotten', async () => {
  const [one, two] = [{ a: 1 }, { b: 2 }].map(values => keeperOf(numbers(values as Record<string, number>)))
  await one!.start()
  await two!.start()
  await one!.save()
  await two!.save()
  expect(await restored()).toEqual({ a: 1, b: 2 })
  now += 91 * DAY_MS
  const later = keeperOf(numbers({ c: 3 }))
  await later.start()
  await later.save()
  expect(JSON.parse(store.texts.get('numbers')!)).toMatchObject({ state: { c: 3 } })
  expect(await restored()).toEqual({ c: 3 })
})

test('processes that save at the same time lose nothing that is weighed', async () => {
  const outweighing = (values: Record<string, number>): StateSection<number> =>
    numbers(values, { outweighs: (theirs, key) => theirs > (values[key] ?? 0) })
  const lives = Array.from({ length: 3 }, (_, index) => ({ [`own${index}`]: index, common: index }))
  const keepers = lives.map(values => keeperOf(outweighing(values)))
  for (const keeper of keepers) await keeper.start()
  await Promise.all(keepers.map(keeper => keeper.stop()))
  expect(await restored(outweighing)).toEqual({ own0: 0, own1: 1, own2: 2, common: 2 })
})

test('an entry that a place has lost is written again', async () => {
  const keeper = keeperOf(numbers({ a: 1 }))
  await keeper.start()
  await keeper.save()
  const { writes } = store
  await keeper.save()
  expect(store.writes).toBe(writes)
  store.texts.clear()
  await keeper.save()
  expect(await restored()).toEqual({ a: 1 })
})

test('a section takes at most its texts, and all sections together 8; more is reported once', async () => {
  const large = (key: string) => ({ key, print: key, lines: () => ['x'.repeat(400_000)] })
  const section = { ...numbers({}), snapshot: () => ['a', 'b', 'c'].map(large) }
  const keeper = keeperOf(section)
  await keeper.start()
  await keeper.save()
  await keeper.save()
  expect(Buffer.byteLength(store.texts.get('numbers')!)).toBeLessThanOrEqual(MAX_STATE_BYTES)
  expect(Object.keys((JSON.parse(store.texts.get('numbers')!) as { state: object }).state)).toHaveLength(2)
  expect(errors).toMatchObject([{ code: 'HOMEOSTAT_STATE_LEFT_OUT' }])

  const many = Array.from({ length: 3 }, (_, index) => numbers({ a: 1 }, { name: `n${index}`, texts: 4 }))
  const bounded = keeperOf(...many)
  await bounded.start()
  await bounded.save()
  expect([...store.texts.keys()].some(key => key.startsWith('n2'))).toBe(false)
  expect(String(errors[1])).toContain('not all of the n2 is kept')
})

test('nothing is read or written by one that was never started', async () => {
  await keeperOf(numbers({ a: 1 })).stop()
  expect(store.writes).toBe(0)
})

test('an entry of 900 kB is saved and read without holding up the event loop for long', async () => {
  const lines = Array.from({ length: 3000 }, (_, index) => `${index}`.padEnd(290))
  const section: StateSection = {
    ...numbers({}),
    snapshot: () => [{ key: 'a', print: '1', lines: () => lines }],
    parse: read => (read.length === lines.length ? read : undefined),
    restore: () => undefined,
  }
  let turns = 0
  const counting = (): void => void (timer = setImmediate(() => (turns++, counting())))
  let timer: NodeJS.Immediate
  counting()
  const keeper = keeperOf(section)
  await keeper.start()
  await keeper.save()
  await keeperOf(section).start()
  clearImmediate(timer!)
  expect([errors, turns > 3]).toEqual([[], true])
})

test('whatever a place holds, no section throws or takes what it cannot have written', async () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({
      kind: fc.constantFrom('level', 'ratio'),
      logs: fc.jsonValue(),
      usual: fc.jsonValue(),
      tickMs: fc.double(),
      lastAt: fc.double(),
    }),
    fc.record({ version: fc.string(), acts: fc.jsonValue(), trials: fc.jsonValue(), standing: fc.jsonValue() }),
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.array(fc.tuple(fc.string(), fc.array(value, { minLength: 1, maxLength: 4 }))).map(entries =>
      textOf(
        1,
        entries.map(([key, lines]) => ({
          key,
          savedAt: now,
          savedBy: '',
          lines: lines.map(line => JSON.stringify(line)),
        })),
      ),
    ),
  )
  await fc.assert(
    fc.asyncProperty(text, async given => {
      const histories = new Histories({ intervalMs: 5000, random: () => 0.5 })
      const sections = [evidenceSection(histories), new QuietGuards(5000)]
      for (const name of ['evidence/0', 'evidence/1', 'evidence/2', 'evidence/3', 'quiet-levels'])
        store.texts.set(name, given)
      errors = []
      const keeper = keeperOf(...sections)
      await keeper.start()
      await keeper.save()
      await keeper.stop()
      for (const error of errors) expect(error).toMatchObject({ code: 'HOMEOSTAT_FOREIGN_STATE' })
      for (const history of Object.values(histories.save()))
        expect(parseSavedHistory(JSON.parse(JSON.stringify(history)))).toBeDefined()
    }),
    { numRuns: 300 },
  )
})
