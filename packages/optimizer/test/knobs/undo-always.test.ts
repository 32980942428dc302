import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Knob, Knobs } from '../../src/index.ts'
import { CoordinatorUnavailableError, LeaseLostError } from '../../src/index.ts'
import { UndoJournal } from '../../src/knobs/journal.ts'
import { ownIdentity } from '../../src/knobs/process-identity.ts'
import { MemoryServer } from '../memory-server.ts'
import { atLeisure, Cell, knobsOver, run, START, temporaryFolder } from './cell.ts'

const NAME = 'worker.concurrency'
const never = (): Promise<never> => new Promise(() => {})

/** Each wait of these tests is one of the code under test, so that it takes no time here and is exact. */
beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
)
afterEach(() => void vi.useRealTimers())

/** A switch that may be tripped, and knobs in memory that ask it. */
function stoppable(knob: Knob): { knobs: Knobs; trip: () => void; faults: unknown[] } {
  let isStopped = false
  const faults: unknown[] = []
  const knobs = knobsOver(knob, { isStopped: () => isStopped, onFault: fault => faults.push(fault) })
  return { knobs, trip: () => void (isStopped = true), faults }
}

const inMemory = { keptIn: 'memory' } as const

/** Runs and lets time pass until it has settled. */
async function tried(knob: Knob, knobs: Knobs, to: number): Promise<unknown> {
  const done = run(knob, knobs, { to }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(2000)
  return done
}

describe('2-20: the kill switch undoes within 5 s what may have been set, though nobody calls the knobs', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('connection reset'))],
    [
      'throws',
      () => {
        throw new Error('connection reset')
      },
    ],
    ['never answers', never],
    ['answers too late', () => new Promise<true>(resolve => setTimeout(resolve, 30_000, true))],
  ] as const)('compareAndSet sets and then %s', async (_, answer) => {
    const cell = new Cell(8, undefined, inMemory)
    const { compareAndSet } = cell.knob
    let begin = (): void => {}
    const begun = new Promise<void>(resolve => (begin = resolve))
    const knob = {
      ...cell.knob,
      compareAndSet: async (expected: number, next: number) => {
        await compareAndSet(expected, next)
        begin()
        return next === 8 || answer()
      },
    }
    const { knobs, trip } = stoppable(knob)
    const done = run(knob, knobs, { to: 4 }).catch((error: unknown) => error)
    await begun
    expect(cell.value).toBe(4)
    trip()
    await vi.advanceTimersByTimeAsync(4900)
    expect(cell.value).toBe(8)
    expect(await done).toMatchObject({ code: 'HOMEOSTAT_KNOB_UNCERTAIN' })
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  })

  it.each([1500, 4000, 40_000, 200_000])('a set that takes effect %d ms after the trip is undone too', async lateMs => {
    const cell = new Cell(8, undefined, inMemory)
    const { knobs, trip } = stoppable(cell.knob)
    let begin = (): void => {}
    const begun = new Promise<void>(resolve => (begin = resolve))
    cell.beforeSet = () => {
      cell.beforeSet = () => {}
      begin()
      return new Promise(resolve => setTimeout(resolve, lateMs))
    }
    const done = run(cell.knob, knobs, { to: 4 }).catch((error: unknown) => error)
    await begun
    trip()
    await vi.advanceTimersByTimeAsync(lateMs - 1)
    expect(cell.value).toBe(8)
    await vi.advanceTimersByTimeAsync(5000)
    expect(cell.sets).toEqual([4, 8])
    expect(knobs.adjusted).toEqual([])
    await done
  })

  it('also without a trip: nobody wants what a failed run has set', async () => {
    const cell = new Cell(8, undefined, inMemory)
    const set = cell.knob.compareAndSet
    const knob = {
      ...cell.knob,
      compareAndSet: async (expected: number, next: number) => {
        await set(expected, next)
        if (next !== 8) throw new Error('connection reset')
        return true
      },
    }
    const { knobs } = stoppable(knob)
    await tried(knob, knobs, 4)
    await vi.advanceTimersByTimeAsync(1000)
    expect(cell.value).toBe(8)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(knobs.adjusted).toEqual([])
  })

  it('a read that hangs does not keep it, for the set itself compares', async () => {
    const cell = new Cell(8, undefined, inMemory)
    let isHanging = false
    const knob = { ...cell.knob, read: () => (isHanging ? never() : cell.value) }
    const { knobs, trip } = stoppable(knob)
    await tried(knob, knobs, 4)
    expect(cell.value).toBe(4)
    isHanging = true
    trip()
    await vi.advanceTimersByTimeAsync(5000)
    expect(cell.value).toBe(8)
    isHanging = false
    await vi.advanceTimersByTimeAsync(60_000)
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  })

  it('and a person who has set it while the read hangs keeps it', async () => {
    const cell = new Cell(8, undefined, inMemory)
    let isHanging = false
    const knob = { ...cell.knob, read: () => (isHanging ? never() : cell.value) }
    const { knobs, trip } = stoppable(knob)
    await tried(knob, knobs, 4)
    isHanging = true
    cell.value = 6
    trip()
    await vi.advanceTimersByTimeAsync(20_000)
    isHanging = false
    await vi.advanceTimersByTimeAsync(20_000)
    expect(cell.value).toBe(6)
    expect(knobs.excludedUntil(NAME)).toBe(START + 86_400_000)
  })

  it('sets nothing but the original value, not even a step or a layer on the way', async () => {
    const cell = new Cell(20, { min: 1, max: 20, step: 8 }, inMemory)
    const { knobs, trip } = stoppable(cell.knob)
    await tried(cell.knob, knobs, 1)
    const second = await run(cell.knob, knobs, { to: 1 })
    expect(cell.sets).toEqual([12, 4])
    trip()
    expect(await second.undo?.(atLeisure())).toEqual({ result: 'restored' })
    expect(cell.sets).toEqual([12, 4, 20])
    expect((await run(cell.knob, knobs, { to: 1 })).effects['changed']).toBe(0)
  })
})

describe('2-24: a knob that does not keep its contract', () => {
  it.each([[undefined], [1], ['OK'], [null], [false], [{ rowCount: 1 }]])(
    'sets and returns %j: the value is ours, is undone, and the fault is named',
    async answer => {
      const cell = new Cell(8, undefined, {
        ...inMemory,
        compareAndSet(expected, next) {
          if (cell.value === expected) cell.value = next
          return answer as never
        },
      })
      const { knobs, faults } = stoppable(cell.knob)
      const receipt = await run(cell.knob, knobs, { to: 4 })
      expect(receipt.effects).toEqual({ from: 8, to: 4, changed: 1 })
      expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_KNOB_ANSWER' })])
      expect(String(faults[0])).toContain(`the knob ${NAME} has a fault: compareAndSet set the value and returned `)
      expect(String(faults[0])).not.toMatch(/OK|rowCount/)
      expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
      expect(cell.value).toBe(8)
      expect(knobs.excludedUntil(NAME)).toBeUndefined()
    },
  )

  it('sets nothing and says true or 1: it refused, and no person is made up', async () => {
    const cell = new Cell(8, undefined, { ...inMemory, compareAndSet: () => 1 as never })
    const { knobs } = stoppable(cell.knob)
    expect((await run(cell.knob, knobs, { to: 4 })).problems).toEqual([`${NAME} refused to be set`])
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  })

  it.each([['8'], [8n], [null], [undefined], [{}]])('reads %s: nothing is set, and the fault is named', async value => {
    const cell = new Cell(8, undefined, { ...inMemory, read: () => value as never })
    const { knobs } = stoppable(cell.knob)
    await expect(run(cell.knob, knobs, { to: 4 })).rejects.toMatchObject({ code: 'HOMEOSTAT_KNOB_READING' })
    expect(cell.sets).toEqual([])
  })

  it('reads a text once it is set, as a client of Redis does: what was set is undone', async () => {
    const cell = new Cell(8, undefined, inMemory)
    const knob = { ...cell.knob, read: () => (cell.sets.length > 0 ? (String(cell.value) as never) : cell.value) }
    const { knobs } = stoppable(knob)
    await tried(knob, knobs, 4)
    await vi.advanceTimersByTimeAsync(5000)
    expect(cell.value).toBe(8)
  })

  it('refuses to be reverted at first: it is tried until it is back', async () => {
    const cell = new Cell(8, undefined, inMemory)
    let isStuck = true
    const { compareAndSet } = cell.knob
    const knob = {
      ...cell.knob,
      compareAndSet: (expected: number, next: number) =>
        next === 8 && isStuck ? false : compareAndSet(expected, next),
    }
    const { knobs } = stoppable(knob)
    const receipt = await run(knob, knobs, { to: 4 })
    expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'failed', error: `${NAME} refuses to be reverted` })
    isStuck = false
    await vi.advanceTimersByTimeAsync(1000)
    expect(cell.value).toBe(8)
  })
})

describe('2-26: what a journal holds', () => {
  const dead = { ...ownIdentity(), startedAt: '1' }
  const nameOf = (random: string): string => `${dead.pid}-1-${dead.machine}-${random}.journal`

  beforeEach(() => void vi.useRealTimers())

  /** Journals of dead processes, one a text, and the faults that reading them makes. */
  async function restoredFrom(texts: readonly string[], cells: readonly Cell[], isStopped = false): Promise<unknown[]> {
    const stateDir = temporaryFolder()
    mkdirSync(join(stateDir, 'shop'), { mode: 0o700 })
    for (const [index, text] of texts.entries())
      writeFileSync(join(stateDir, 'shop', nameOf(`0000000${index}`)), text, { mode: 0o600 })
    const faults: unknown[] = []
    const knobs = knobsOver(cells[0]!.knob, {
      stateDir,
      knobs: cells.map(({ knob }) => knob),
      isStopped: () => isStopped,
      onFault: fault => faults.push(fault),
    })
    await knobs.start()
    return faults
  }
  const line = (change: unknown): string => `\n${JSON.stringify({ change })}\n`
  const other = (): Cell => new Cell(4, undefined, { name: 'cache.limit' })
  const good = line({ knob: 'cache.limit', was: 8, set: [4] })

  it.each([
    ['a value far out of the bounds', { knob: NAME, was: 1e9, set: [4] }],
    ['a value right out of the bounds', { knob: NAME, was: 20.000001, set: [4] }],
    ['a negative value', { knob: NAME, was: -1, set: [4] }],
  ])('%s is refused and reported once, and another record counts', async (_, change) => {
    const [cell, next] = [new Cell(4), other()]
    const faults = await restoredFrom([line(change) + good], [cell, next])
    expect([cell.sets, next.value]).toEqual([[], 8])
    expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_RECORD_REFUSED' })])
    expect(String(faults[0])).toContain(`${NAME} is refused: its value is out of the bounds 1 to 20`)
    expect(String(faults[0])).not.toMatch(/1000000000|20\.0/)
  })

  it.each([
    '{"change":{"knob":"worker.concurrency","was":1e999,"set":[4]}}',
    '{"change":{"knob":"worker.concurrency","was":null,"set":[4]}}',
    '{"change":{"knob":"worker.concurrency","was":"8","set":[4]}}',
    '{"change":{"knob":"worker.concurrency","was":8,"set":[]}}',
    '{"change":{"knob":"worker.concurrency","was":8,"set":["4"]}}',
    '{"change":{"knob":"worker.concurrency","was":8,"set":{"length":1,"0":4}}}',
    `{"change":{"knob":"worker.concurrency","was":8,"set":[${'4,'.repeat(1000)}4]}}`,
    '{"change":{"__proto__":{"knob":"worker.concurrency","was":8,"set":[4]}}}',
    '{"change":{"knob":{"toString":1},"was":8,"set":[4]}}',
    `{"change":{"knob":"${'x'.repeat(100_000)}","was":8,"set":[4]}}`,
    `{"change":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    '{"__proto__":null,"settled":"cache.limit2"}',
    '{"change":{"version":2,"knob":"other.knob","was":8,"set":[4]}}x',
    'null',
    '7',
    '"text"',
    '\u0000\ufffd{]',
  ])('line %# of what is not a record changes nothing and hides no other record', async text => {
    const [cell, next] = [new Cell(4), other()]
    await restoredFrom([`${text}\n${good}`], [cell, next])
    expect([cell.sets, next.value]).toEqual([[], 8])
  })

  it('a journal in which a later release has written is left to that release', async () => {
    const cell = new Cell(4)
    const text = line({ version: 2, knob: NAME, was: 8, set: [4] })
    const faults = await restoredFrom([text], [cell])
    expect([cell.sets, faults]).toEqual([[], []])
  })

  it('something else in the place of a journal is reported, holds nothing up, and hides no other journal', async () => {
    const stateDir = temporaryFolder()
    const folder = join(stateDir, 'shop')
    mkdirSync(folder, { mode: 0o700 })
    const path = (random: string): string => join(folder, nameOf(random))
    spawnSync('mkfifo', [path('00000000')])
    spawnSync('ln', ['-s', '/dev/zero', path('00000001')])
    mkdirSync(path('00000002'))
    writeFileSync(path('00000003'), 'x'.repeat(5_000_000))
    spawnSync('mkfifo', [join(folder, 'exclusions.ndjson')])
    const journal = new UndoJournal({ folder, leaseMs: 60_000, identity: dead })
    await journal.record({ knob: NAME, was: 8, set: [4] })
    await journal.close()
    const cell = new Cell(4)
    const faults: unknown[] = []
    await knobsOver(cell.knob, { stateDir, onFault: fault => faults.push(fault) }).start()
    expect(cell.value).toBe(8)
    const codes = faults.map(fault => String((fault as { code?: unknown }).code)).toSorted()
    expect(codes).toEqual(['HOMEOSTAT_FILE_TOO_LARGE', ...Array<string>(4).fill('HOMEOSTAT_IRREGULAR_FILE')])
    expect(readdirSync(folder)).toHaveLength(5)
  })

  it('an exclusion without an end ends within a year, and one that means nothing is none', async () => {
    const stateDir = temporaryFolder()
    mkdirSync(join(stateDir, 'shop'), { mode: 0o700 })
    const lines = ['{"knob":"worker.concurrency","until":1e300}', '{"knob":"cache.limit","until":"x"}', 'null', '[]']
    writeFileSync(join(stateDir, 'shop', 'exclusions.ndjson'), lines.join('\n'))
    const cell = new Cell()
    const knobs = knobsOver(cell.knob, { stateDir })
    await knobs.start()
    expect(knobs.excludedUntil(NAME)).toBe(START + 366 * 86_400_000)
    expect((await run(cell.knob, knobs, { to: 4 })).problems?.[0]).toContain('is left alone until 2027-01-02')
    expect(knobs.excludedUntil('cache.limit')).toBeUndefined()
  })

  it('is undone also while everything is stopped, for that is an undo; nothing else is set', async () => {
    const [cell, next] = [new Cell(4), other()]
    await restoredFrom([line({ knob: NAME, was: 1e9, set: [4] }) + good], [cell, next], true)
    expect([cell.sets, next.sets]).toEqual([[], [8]])
  })

  it('stays on the disk when it is refused, for a process with other bounds', async () => {
    const stateDir = temporaryFolder()
    const journal = new UndoJournal({ folder: join(stateDir, 'shop'), leaseMs: 60_000, identity: dead })
    await journal.record({ knob: NAME, was: 50, set: [4] })
    await journal.close()
    const cell = new Cell(4)
    const narrow = knobsOver(cell.knob, { stateDir, sweepMs: 10 })
    await narrow.start()
    expect((await run(cell.knob, narrow, { to: 2 })).problems?.[0]).toMatch(/could not be restored yet/)
    await narrow.close()
    const [name = ''] = readdirSync(join(stateDir, 'shop'))
    expect(readFileSync(join(stateDir, 'shop', name), 'utf8')).toContain('"was":50')
  })
})

describe('2-21: a shared knob whose coordinator has lost what it kept', () => {
  const LEASE_MS = 60_000

  function fleet(): {
    server: MemoryServer
    cell: Cell
    peer: (isStopped?: () => boolean) => Knobs
    faults: unknown[]
  } {
    const server = new MemoryServer({ CoordinatorUnavailableError, LeaseLostError })
    const faults: unknown[] = []
    const cell = new Cell(8, undefined, {
      scope: 'shared',
      compareAndSet: async (expected, next, lease) => {
        // As an effect in the coordinator's own engine.
        if (lease && server.fault) throw server.fault()
        if (lease && !server.isHeld(lease)) throw new LeaseLostError(lease.key)
        if (cell.value !== expected) return false
        cell.value = next
        return true
      },
    })
    const peer = (isStopped = (): boolean => false): Knobs =>
      knobsOver(cell.knob, {
        coordinator: server.coordinator(),
        leaseMs: LEASE_MS,
        isStopped,
        onFault: fault => faults.push(fault),
      })
    return { server, cell, peer, faults }
  }

  it.each(['undo', 'kill switch', 'expiry', 'renewal'])('takes it again and undoes the change: %s', async ending => {
    const { server, cell, peer } = fleet()
    let isStopped = false
    const knobs = peer(() => isStopped)
    const receipt = await run(cell.knob, knobs, { to: 4 })
    server.flush()
    if (ending === 'undo') expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
    if (ending === 'kill switch') isStopped = true
    if (ending === 'renewal') {
      await vi.advanceTimersByTimeAsync(LEASE_MS / 3)
      expect(await receipt.renew?.()).toBe(false)
    }
    await vi.advanceTimersByTimeAsync(ending === 'expiry' ? LEASE_MS : 5000)
    expect(cell.value).toBe(8)
    expect([server.records.size, server.leases.size, knobs.adjusted]).toEqual([0, 0, []])
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  })

  it('another process has begun from our value in the meantime: both changes are undone, down to the original', async () => {
    const { server, cell, peer } = fleet()
    const [one, two] = [peer(), peer()]
    const first = await run(cell.knob, one, { to: 4 })
    server.flush()
    const second = await run(cell.knob, two, { to: 2 })
    expect(second.effects).toEqual({ from: 4, to: 2, changed: 1 })
    expect((await first.undo?.(atLeisure()))?.result).toBe('superseded')
    expect(cell.value).toBe(2)
    await second.undo?.(atLeisure())
    await vi.advanceTimersByTimeAsync(5000)
    expect(cell.value).toBe(8)
    expect([one.adjusted, two.adjusted, server.records.size]).toEqual([[], [], 0])
  })

  it('a replica without the lease, and with an older record, takes over', async () => {
    const { server, cell, peer } = fleet()
    const knobs = peer()
    const first = await run(cell.knob, knobs, { to: 4 })
    const replica = server.copy()
    await run(cell.knob, knobs, { to: 2 })
    replica.restore()
    server.leases.clear()
    expect(await first.undo?.(atLeisure())).toEqual({ result: 'restored' })
    expect(cell.value).toBe(8)
    expect(server.records.size).toBe(0)
  })

  it('a record that was dropped alone is written again by the next renewal', async () => {
    const { server, cell, peer } = fleet()
    const receipt = await run(cell.knob, peer(), { to: 4 })
    server.records.clear()
    await vi.advanceTimersByTimeAsync(LEASE_MS / 3)
    expect(await receipt.renew?.()).toBe(true)
    expect(JSON.parse(server.records.get(`knob/${NAME}`)!)).toEqual({ knob: NAME, was: 8, set: [4] })
  })

  it.each(['READONLY', 'OOM', 'NOPERM', 'no answer'])(
    'the kill switch undoes within 5 s though the coordinator says %s, and the record goes when it can',
    async reason => {
      const { server, cell, peer } = fleet()
      let isStopped = false
      const knobs = peer(() => isStopped)
      await run(cell.knob, knobs, { to: 4 })
      server.fault = () => new CoordinatorUnavailableError('memory', reason)
      isStopped = true
      await vi.advanceTimersByTimeAsync(5000)
      expect(cell.value).toBe(8)
      server.fault = undefined
      await vi.advanceTimersByTimeAsync(LEASE_MS)
      expect([server.records.size, knobs.adjusted]).toEqual([0, []])
      expect(knobs.excludedUntil(NAME)).toBeUndefined()
    },
  )

  it.each([
    ['is not valid', { knob: NAME, was: 'x' }, 0],
    ['is about another knob', { knob: 'cache.limit', was: 8, set: [4] }, 0],
    ['is out of bounds', { knob: NAME, was: 1e9, set: [8] }, 1],
    ['is of a later release', { version: 7, knob: NAME, was: 8, set: [4] }, 1],
  ])('2-26: a record there that %s sets nothing, is reported once, and hides no other', async (_, record, kept) => {
    const { server, cell, faults } = fleet()
    server.records.set(`knob/${NAME}`, JSON.stringify(record))
    server.records.set('knob/cache.limit', JSON.stringify({ knob: 'cache.limit', was: 8, set: [4] }))
    const next = new Cell(4, undefined, { name: 'cache.limit', scope: 'shared' })
    const knobs = knobsOver(cell.knob, {
      knobs: [cell.knob, next.knob],
      coordinator: server.coordinator(),
      onFault: fault => faults.push(fault),
    })
    await knobs.start()
    await vi.advanceTimersByTimeAsync(20_000)
    expect([cell.sets, next.value]).toEqual([[], 8])
    expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_RECORD_REFUSED' })])
    expect(server.records.size).toBe(kept)
    if (kept) expect((await run(cell.knob, knobs, { to: 4 })).effects['changed']).toBe(0)
  })

  it('2-26: a record there of a knob of this host alone sets nothing', async () => {
    const { server, cell } = fleet()
    const local = new Cell(4, undefined, { name: 'cache.limit', ...inMemory })
    server.records.set('knob/cache.limit', JSON.stringify({ knob: 'cache.limit', was: 8, set: [4] }))
    const knobs = knobsOver(cell.knob, { knobs: [cell.knob, local.knob], coordinator: server.coordinator() })
    await knobs.start()
    await vi.advanceTimersByTimeAsync(5000)
    expect(local.sets).toEqual([])
  })
})
