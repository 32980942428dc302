import { describe, expect, it, vi } from 'vitest'
import type { Knob } from '../../src/index.ts'
import { atLeisure, Cell, knobsOver, run, START } from './cell.ts'
import { inMemory, NAME, stoppable, useVirtualTime } from './hurried-undo.ts'

useVirtualTime()

const LONG = { min: 1, max: 20 }
const HOMES: readonly (readonly [string, Partial<Knob>])[] = [
  ['in memory', inMemory],
  ['on the host', { keptIn: 'outside' }],
]

/** A knob that makes `made(asked)` of every value it is asked for. */
function making(cell: Cell, made: (asked: number) => number, answer: unknown = true): Knob {
  return {
    ...cell.knob,
    compareAndSet(expected, next) {
      if (cell.value !== expected) return false
      cell.value = made(next)
      return answer as never
    },
  }
}

describe.each(HOMES)('a knob %s that does not set what it is asked for', (_, home) => {
  it.each([
    ['clamps', 4, 9, (asked: number) => Math.min(asked, 6), 6],
    ['rounds', 4, 7.4, Math.round, 7],
    ['adds a reserve', 4, 9, (asked: number) => (asked === 4 ? 4 : asked + 1), 10],
  ])('%s: the fault is its own, and the value of before is back', async (_how, was, to, made, reads) => {
    const cell = new Cell(was, LONG, home)
    const knob = making(cell, made)
    const { knobs, faults } = stoppable(knob)
    await expect(run(knob, knobs, { to })).rejects.toMatchObject({
      code: 'HOMEOSTAT_KNOB_ANSWER',
      message: `the knob ${NAME} has a fault: compareAndSet was asked for ${to} and returned true, but read() returns ${reads}; it has to set exactly what it is asked for, or change nothing and return false`,
    })
    expect([cell.value, knobs.adjusted, knobs.excludedUntil(NAME), faults]).toEqual([was, [], undefined, []])
  })

  it('returns true and changes nothing: the fault is its own, and a set that comes later is reverted', async () => {
    const cell = new Cell(4, LONG, home)
    let isLate = true
    let hasCome = false
    const knob: Knob = {
      ...cell.knob,
      compareAndSet(expected, next) {
        if (cell.value !== expected) return false
        const set = (): void => void (cell.value = next)
        if (isLate) setTimeout(() => ((hasCome = true), set()), 5000)
        else set()
        isLate = false
        return true
      },
    }
    const { knobs } = stoppable(knob)
    await expect(run(knob, knobs, { to: 9 })).rejects.toMatchObject({
      code: 'HOMEOSTAT_KNOB_ANSWER',
      message: expect.stringContaining('compareAndSet returned true for 9, but read() still returns 4') as string,
    })
    expect(cell.value).toBe(4)
    await vi.advanceTimersByTimeAsync(5001)
    expect(hasCome).toBe(true)
    await vi.advanceTimersByTimeAsync(60_000)
    // The journal's file takes time of its own.
    await vi.waitFor(() => expect(knobs.adjusted).toEqual([]))
    expect([cell.value, knobs.excludedUntil(NAME)]).toEqual([4, undefined])
  })

  it('neither answers with a boolean nor sets the value: still its own fault', async () => {
    const cell = new Cell(4, LONG, home)
    const knob = making(cell, asked => Math.min(asked, 6), undefined)
    const { knobs } = stoppable(knob)
    await expect(run(knob, knobs, { to: 9 })).rejects.toMatchObject({ code: 'HOMEOSTAT_KNOB_ANSWER' })
    expect([cell.value, knobs.excludedUntil(NAME)]).toEqual([4, undefined])
  })

  it('on top of a change that lasts: that change stands', async () => {
    const cell = new Cell(4, LONG, home)
    const knob = making(cell, asked => Math.min(asked, 6))
    const { knobs } = stoppable(knob)
    const first = await run(knob, knobs, { to: 5 })
    await expect(run(knob, knobs, { to: 9 })).rejects.toMatchObject({ code: 'HOMEOSTAT_KNOB_ANSWER' })
    expect(cell.value).toBe(5)
    expect(await first.undo?.(atLeisure())).toEqual({ result: 'restored' })
    expect(cell.value).toBe(4)
  })

  it('while it is reverted: the undo fails with the fault, and is tried until the value is back', async () => {
    const cell = new Cell(8, LONG, home)
    let most = 6
    const knob = making(cell, asked => Math.min(asked, most))
    const { knobs } = stoppable(knob)
    const receipt = await run(knob, knobs, { to: 5 })
    expect(await receipt.undo?.(atLeisure())).toEqual({
      result: 'failed',
      error: expect.stringContaining(`the knob ${NAME} has a fault: compareAndSet was asked for 8`) as string,
    })
    most = 20
    await vi.advanceTimersByTimeAsync(60_000)
    await vi.waitFor(() => expect(cell.value).toBe(8))
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  })
})

it('an undo that returns true and changes nothing has not reverted anything', async () => {
  const cell = new Cell(8, LONG, inMemory)
  let isStuck = false
  const knob: Knob = {
    ...cell.knob,
    compareAndSet: (expected, next) => isStuck || cell.knob.compareAndSet(expected, next),
  }
  const { knobs } = stoppable(knob)
  const receipt = await run(knob, knobs, { to: 4 })
  isStuck = true
  expect((await receipt.undo?.(atLeisure()))?.result).toBe('failed')
  isStuck = false
  await vi.advanceTimersByTimeAsync(60_000)
  expect(cell.value).toBe(8)
})

it('a change that a dead process left is kept on record until the knob really reverts it', async () => {
  const cell = new Cell(8, LONG)
  let now = START
  const dead = knobsOver(cell.knob, { clock: () => now, leaseMs: 1000 })
  await run(cell.knob, dead, { to: 4 })
  const stuck: Knob = { ...cell.knob, compareAndSet: () => true }
  expect(cell.value).toBe(4)
  const { restoreRecord } = await import('../../src/knobs/journal/restore-record.ts')
  const { accessTo } = await import('../../src/knobs/knob-access.ts')
  const { createMemoryLease } = await import('../../src/knobs/knob-lease.ts')
  let settled = false
  const lease = { ...createMemoryLease(), settle: async () => void (settled = true) }
  now += 1
  const record = { knob: NAME, was: 8, set: [4] }
  expect((await restoreRecord(record, stuck, accessTo(stuck, 1000), lease)).result).toBe('failed')
  expect(settled).toBe(false)
  expect((await restoreRecord(record, cell.knob, accessTo(cell.knob, 1000), lease)).result).toBe('restored')
  expect(settled).toBe(true)
})
