import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StateStore } from '@homeostat/optimizer'
import { createFileStateStore } from '@homeostat/optimizer/engines'
import type { SavedHistory } from '@homeostat/optimizer/parts'
import { beforeEach, expect, test } from 'vitest'
import { EvidenceProcess, known } from './evidence-process.ts'

const DAY_MS = 86_400_000
const TEXTS = Array.from({ length: 4 }, (_, index) => `evidence/${index}`)

let folder: string
let store: StateStore
let now: number

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'homeostat-test-')), 'shop')
  store = createFileStateStore({ folder })
  now = Date.now()
})

class Process extends EvidenceProcess {
  constructor() {
    super(folder, () => now)
  }

  static async started(): Promise<Process> {
    const process = new Process()
    await process.disk.start()
    return process
  }

  async learns(change: Partial<SavedHistory>): Promise<void> {
    this.history.restore({ ...this.history.save(), ...change })
    now += 1000
    await this.disk.save()
  }
}

/** The texts that are kept, by their keys. */
async function texts(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const key of TEXTS) {
    const text = await store.read(key)
    if (text !== undefined) found.set(key, text)
  }
  return found
}
const theText = async (): Promise<readonly [key: string, text: string]> => {
  const found = [...(await texts())]
  expect(found).toHaveLength(1)
  return found[0]!
}
const episodes = (count: number, samples = 3): SavedHistory['acts'] =>
  Array.from({ length: count }, (_, i) => {
    const values = Array.from({ length: samples }, (_, s) => [now + s * 5000, (i + s + 1) / 3] as const)
    return { at: now + i, before: values, after: values, expected: samples }
  })
const withTrials = (act: number): Partial<SavedHistory> => ({ trials: { act, control: 0 }, acts: episodes(act) })
const quarantined = (): SavedHistory['standing'] => ({
  version: '1',
  harmful: 0,
  withoutEffect: 0,
  quarantine: { since: now, until: now + DAY_MS, reason: 'it did harm' },
})
const decided: SavedHistory['decided'] = {
  verdict: 'effective',
  reason: '21 % lower',
  statistics: { acts: 12, controls: 12, unmatched: 0, unusable: 0, look: 12 },
}

test('episodes survive a restart, with six digits of each value', async () => {
  await (await Process.started()).learns(withTrials(4))

  const { acts, trials } = (await Process.started()).history.save()

  expect(trials).toEqual({ act: 4, control: 0 })
  expect(acts).toHaveLength(4)
  expect(acts[0]!.before[0]).toEqual([now - 1000, 0.333333])
})

test('what is known of nothing leaves no text', async () => {
  await (await Process.started()).learns({})

  expect(await texts()).toEqual(new Map())
})

test('a quarantine survives a restart, though its episodes are gone', async () => {
  const first = await Process.started()
  await first.learns(withTrials(20))
  await first.learns({ trials: { act: 0, control: 0 }, acts: [], standing: quarantined() })

  expect((await Process.started()).history.standing.quarantine?.reason).toBe('it did harm')
})

test('a verdict that decided survives a restart, though its generation of episodes is over', async () => {
  await (await Process.started()).learns({ decided })

  expect((await Process.started()).history.statistics).toEqual(decided)
})

test('a quarantine that a person has ended does not come back', async () => {
  await (await Process.started()).learns({ standing: quarantined() })
  const second = await Process.started()
  second.history.advance({ type: 'reset' }, now)
  await second.disk.stop()

  expect((await Process.started()).history.standing.quarantine).toBeUndefined()
})

test('what was read late is known all the same, unless what was found out meanwhile is worth more', async () => {
  await (await Process.started()).learns(withTrials(2))
  const [early, busy] = [new Process(), new Process()]
  expect(early.history.save().trials.act).toBe(0)
  busy.history.restore({ ...busy.history.save(), ...withTrials(3) })

  await early.disk.start()
  await busy.disk.start()

  expect(early.history.save().trials.act).toBe(2)
  expect(busy.history.save().trials.act).toBe(3)

  await busy.disk.save()
  await (await Process.started()).learns({ standing: quarantined() })
  const later = new Process()
  later.history.restore({ ...later.history.save(), ...withTrials(9) })
  await later.disk.start()
  expect(later.history.standing.quarantine?.reason).toBe('it did harm')
})

test.each<[string, Partial<SavedHistory>, Partial<SavedHistory>, 'first' | 'second']>([
  ['the longer stays', withTrialsOf(5), withTrialsOf(2), 'first'],
  ['the later longer one stays', withTrialsOf(2), withTrialsOf(5), 'second'],
  ['of equals the later stays', withTrialsOf(2), withTrialsOf(2), 'second'],
  [
    'a quarantine outweighs trials',
    withTrialsOf(5),
    {
      get standing() {
        return quarantined()
      },
    },
    'second',
  ],
  [
    'no number of trials outweighs a quarantine',
    {
      get standing() {
        return quarantined()
      },
    },
    withTrialsOf(5),
    'first',
  ],
  ['a verdict that decided outweighs trials', withTrialsOf(5), { decided }, 'second'],
])('of what two processes of one service know: %s', async (_, one, other, stays) => {
  const [first, second] = [await Process.started(), await Process.started()]
  await first.learns({ ...one, breaches: { act: 1, control: 0 } })
  await second.learns({ ...other, breaches: { act: 2, control: 0 } })

  const { breaches } = (await Process.started()).history.save()

  expect(breaches.act).toBe(stays === 'first' ? 1 : 2)
})

test('only what has changed is written', async () => {
  const first = await Process.started()
  await first.learns(withTrials(2))
  const before = await theText()

  await first.learns({})
  expect(await theText()).toEqual(before)
  await first.learns(withTrials(3))
  expect(await theText()).not.toEqual(before)
})

test.each(['', 'null', '{', '{"key":"Slow cache.warm 1"}', '\u0000'])(
  'a text of garbage is reported, and the evidence in the other texts is there: %j',
  async garbage => {
    const first = await Process.started()
    await first.learns({ standing: quarantined() })
    const [key] = await theText()
    for (let version = 2; version < 6; version++)
      first.histories.of({ ...known, version: String(version) }).restore({ ...first.history.save(), ...withTrials(2) })
    await first.disk.save()
    const others = (await texts()).size - 1
    expect(others).toBeGreaterThan(0)
    await store.write(key, garbage)

    const second = await Process.started()
    expect(second.history.standing.quarantine).toBeUndefined()
    const trials = [2, 3, 4, 5].map(version => {
      return second.histories.of({ ...known, version: String(version) }).save().trials.act
    })
    expect(trials.filter(count => count === 2).length).toBeGreaterThan(0)
    expect(second.errors).toMatchObject([{ code: 'HOMEOSTAT_FOREIGN_STATE' }])

    await second.learns(withTrials(1))
    expect((await Process.started()).history.save().trials.act).toBe(1)
  },
)

test('a history without its last episodes is not valid', async () => {
  await (await Process.started()).learns(withTrials(4))
  const [key, text] = await theText()
  await store.write(key, text.slice(0, -100))

  const next = await Process.started()
  expect(next.history.save().trials.act).toBe(0)
  expect(next.errors).toMatchObject([{ code: 'HOMEOSTAT_FOREIGN_STATE' }])
})

test('what is not used for ninety days is removed, and what is in use is not', async () => {
  const first = await Process.started()
  const rarely = first.histories.of({ ...known, version: '2' })
  rarely.restore({ ...rarely.save(), ...withTrials(3) })
  await first.learns(withTrials(2))
  const lives: Process[] = []
  for (let life = 0; life < 4; life++) {
    now += 31 * DAY_MS
    const user = await Process.started()
    expect(user.history.save().trials.act).toBe(2)
    await user.disk.save()
    lives.push(user)
  }
  const last = lives.at(-1)!
  expect(last.histories.of({ ...known, version: '2' }).save().trials.act).toBe(0)
})

test('a long history is written and read in slices, between which the event loop turns', async () => {
  const first = await Process.started()
  first.history.restore({ ...first.history.save(), acts: episodes(200, 120), trials: { act: 200, control: 0 } })
  let turns = 0
  const counting = (): void => {
    turns++
    timer = setImmediate(counting)
  }
  let timer = setImmediate(counting)

  await first.disk.save()
  const whileSaving = turns
  const second = await Process.started()
  clearImmediate(timer)

  expect(second.history.save().acts.map(({ at }) => at)).toEqual(first.history.save().acts.map(({ at }) => at))
  expect(whileSaving).toBeGreaterThan(5)
  expect(turns - whileSaving).toBeGreaterThan(5)
})

test('a history that is too long for a text keeps its verdict and its quarantine', async () => {
  const first = await Process.started()
  await first.learns({ acts: episodes(200, 400), trials: { act: 200, control: 0 }, standing: quarantined(), decided })
  expect(first.errors).toMatchObject([{ code: 'HOMEOSTAT_STATE_LEFT_OUT' }])
  const next = (await Process.started()).history
  expect([next.counts.acts, next.save().trials.act]).toEqual([0, 200])
  expect([next.statistics, next.standing.quarantine?.reason]).toEqual([decided, 'it did harm'])
})

function withTrialsOf(act: number): Partial<SavedHistory> {
  return { trials: { act, control: 0 } }
}
