import { mkdtemp, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Response } from '@homeostat/optimizer'
import type { History, SavedHistory } from '@homeostat/optimizer/parts'
import { Histories } from '@homeostat/optimizer/parts'
import { beforeEach, expect, test } from 'vitest'
import { HistoryFolder } from '../../src/state/history-folder.ts'

const DAY_MS = 86_400_000
const response: Response = { to: { alert: 'Slow' }, action: 'cache.warm', priority: 'slo' }
const known = { alert: 'Slow', action: 'cache.warm', version: '1', response }

let folder: string
let now: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-test-'))
  now = Date.now()
})

/** What one process of the service knows and saves. */
class Process {
  readonly errors: unknown[] = []
  readonly histories = new Histories({ intervalMs: 5000, random: () => 0.5 })
  readonly disk = new HistoryFolder({
    folder,
    histories: this.histories,
    onError: error => this.errors.push(error),
    clock: () => now,
  })

  static async started(): Promise<Process> {
    const process = new Process()
    await process.disk.start()
    return process
  }

  get history(): History {
    return this.histories.of(known)
  }

  async learns(change: Partial<SavedHistory>): Promise<void> {
    this.history.restore({ ...this.history.save(), ...change })
    now += 1000
    await this.disk.save()
  }
}

const files = (): Promise<string[]> => readdir(join(folder, 'histories')).catch(() => [])
const pathOf = async (): Promise<string> => join(folder, 'histories', (await files())[0]!)
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

test('without evidence there is no file', async () => {
  await (await Process.started()).learns({})

  expect(await files()).toEqual([])
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

test('a state that was saved late is still read, unless there is newer evidence', async () => {
  await (await Process.started()).learns({ standing: quarantined() })
  const [early, busy] = [new Process(), new Process()]
  expect(early.history.standing.quarantine).toBeUndefined()
  busy.history.restore({ ...busy.history.save(), ...withTrials(3) })

  await early.disk.start()
  await busy.disk.start()

  expect(early.history.standing.quarantine?.reason).toBe('it did harm')
  expect(busy.history.save().trials.act).toBe(3)
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
  const before = await readFile(await pathOf(), 'utf8')

  await first.learns({})
  expect(await readFile(await pathOf(), 'utf8')).toBe(before)
  await first.learns(withTrials(3))
  expect(await readFile(await pathOf(), 'utf8')).not.toBe(before)
})

test.each(['', 'null', '{', '{"key":"Slow cache.warm 1"}', '\u0000'])('garbage is passed over: %j', async garbage => {
  const first = await Process.started()
  await first.learns({ standing: quarantined() })
  first.histories.of({ ...known, version: '2' }).restore({ ...first.history.save(), ...withTrials(2) })
  const path = await pathOf()
  await first.disk.save()
  await writeFile(path, garbage)

  const second = await Process.started()
  expect(second.history.standing.quarantine).toBeUndefined()
  expect(second.histories.of({ ...known, version: '2' }).save().trials.act).toBe(2)

  await second.learns(withTrials(1))
  expect((await Process.started()).history.save().trials.act).toBe(1)
  expect(second.errors).toEqual([])
})

test('a history without its last episodes is not valid', async () => {
  await (await Process.started()).learns(withTrials(4))
  const whole = await readFile(await pathOf(), 'utf8')
  await writeFile(await pathOf(), whole.slice(0, -100))

  expect((await Process.started()).history.save().trials.act).toBe(0)
})

test('a file that is unused for ninety days is removed, and one in use is not', async () => {
  await (await Process.started()).learns(withTrials(2))
  const made = new Date(now)
  const user = await Process.started()
  expect(user.history.save().trials.act).toBe(2)

  now += 60 * DAY_MS
  await user.disk.save()
  expect(JSON.parse((await readFile(await pathOf(), 'utf8')).split('\n')[0]!)).toMatchObject({ savedAt: now })

  await utimes(await pathOf(), made, made)
  now += 31 * DAY_MS
  await Process.started()
  expect(await files()).toEqual([])
})

test('a long history is written and read in pieces, between which the event loop turns', async () => {
  const first = await Process.started()
  first.history.restore({ ...first.history.save(), acts: episodes(200, 60), trials: { act: 200, control: 0 } })
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

  expect(second.history.save().acts).toHaveLength(200)
  const pieces = (await readFile(await pathOf())).length / 65_536
  expect(whileSaving).toBeGreaterThan(pieces)
  expect(turns - whileSaving).toBeGreaterThan(pieces)
})

function withTrialsOf(act: number): Partial<SavedHistory> {
  return { trials: { act, control: 0 } }
}
