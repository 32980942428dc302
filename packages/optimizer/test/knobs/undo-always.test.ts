import { describe, expect, it, vi } from 'vitest'
import { atLeisure, Cell, run, START } from './cell.ts'

import { inMemory, NAME, never, stoppable, tried, useVirtualTime } from './hurried-undo.ts'

useVirtualTime()

describe('2-20: the kill switch undoes within 5 s what may have been set, without a call of the knobs', () => {
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

  it('also without a trip, because the value of a failed run is not wanted', async () => {
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

  it('sets nothing and returns true or 1: it counts as refused, not as changed by a person', async () => {
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
