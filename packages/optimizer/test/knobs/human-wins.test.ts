import { describe, expect, it, vi } from 'vitest'
import { isEmptyReceipt } from '../../src/words/receipt.ts'
import { atLeisure, Cell, knobsOver, run, START, temporaryFolder } from './cell.ts'

const DAY_MS = 86_400_000
const NAME = 'worker.concurrency'

describe("a person's change of a knob", () => {
  it('stands when the change before it is undone, and keeps Homeostat away for a day', async () => {
    const cell = new Cell()
    let now = START
    const knobs = knobsOver(cell.knob, { clock: () => now })
    const receipt = await run(cell.knob, knobs, { to: 4 })
    cell.value = 6
    expect(await receipt.undo?.(atLeisure())).toEqual({
      result: 'superseded',
      detail: 'worker.concurrency is 6 and not 4: somebody set it',
    })
    expect(cell.value).toBe(6)
    expect(knobs.excludedUntil(NAME)).toBe(START + DAY_MS)
    const refused = await run(cell.knob, knobs, { to: 2 })
    expect(isEmptyReceipt(refused)).toBe(true)
    expect(refused.problems).toEqual([
      `${NAME} was set by somebody else and is not changed until 2026-01-02T00:00:00.000Z`,
    ])
    now += DAY_MS
    expect((await run(cell.knob, knobs, { to: 2 })).effects['changed']).toBe(1)
  })

  it('counts also when it is the value of before', async () => {
    const cell = new Cell()
    const knobs = knobsOver(cell.knob)
    const receipt = await run(cell.knob, knobs, { to: 4 })
    cell.value = 8
    expect((await receipt.undo?.(atLeisure()))?.result).toBe('superseded')
  })

  it('is noticed when the lease is renewed', async () => {
    const cell = new Cell()
    const knobs = knobsOver(cell.knob, { leaseMs: 600 })
    const receipt = await run(cell.knob, knobs, { to: 4 })
    cell.value = 6
    await vi.waitFor(async () => expect(await receipt.renew?.()).toBe(false))
    expect(cell.value).toBe(6)
    expect(knobs.excludedUntil(NAME)).toBe(START + DAY_MS)
  })

  it.each(['between the look and the set', 'right after the set'])('stands when it comes %s', async moment => {
    const cell = new Cell(8, undefined, {
      read: () => cell.value,
      compareAndSet(expected, next) {
        if (moment === 'between the look and the set') cell.value = 6
        if (cell.value !== expected) return false
        cell.value = next
        if (moment === 'right after the set') {
          moment = 'a person comes once'
          cell.value = 6
        }
        return true
      },
    })
    const knobs = knobsOver(cell.knob)
    const receipt = await run(cell.knob, knobs, { to: 4 })
    expect(isEmptyReceipt(receipt)).toBe(true)
    expect(receipt.problems).toEqual([`${NAME} is 6 and not 4: somebody set it`])
    expect(cell.value).toBe(6)
    expect(knobs.excludedUntil(NAME)).toBe(START + DAY_MS)
  })

  it('stands when it comes in the middle of an undo', async () => {
    const cell = new Cell(20, { min: 1, max: 20, step: 8 })
    const knobs = knobsOver(cell.knob)
    const receipt = await run(cell.knob, knobs, { to: 1 })
    await run(cell.knob, knobs, { to: 1 })
    cell.beforeSet = next => {
      if (next === 20) cell.value = 7
    }
    expect((await receipt.undo?.(atLeisure()))?.result).toBe('superseded')
    expect(cell.value).toBe(7)
  })

  it('is remembered by the next process, until it is lifted', async () => {
    const cell = new Cell()
    const stateDir = temporaryFolder()
    const first = knobsOver(cell.knob, { stateDir, excludeMs: 1000 })
    const receipt = await run(cell.knob, first, { to: 4 })
    cell.value = 6
    await receipt.undo?.(atLeisure())

    const next = knobsOver(cell.knob, { stateDir })
    await next.start()
    expect(next.excludedUntil(NAME)).toBe(START + 1000)
    await next.lift(NAME)
    expect((await run(cell.knob, next, { to: 4 })).effects['changed']).toBe(1)
    const third = knobsOver(cell.knob, { stateDir })
    await third.start()
    expect(third.excludedUntil(NAME)).toBeUndefined()
  })
})
