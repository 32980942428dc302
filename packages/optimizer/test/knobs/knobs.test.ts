import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Knobs, knobAction } from '../../src/index.ts'
import { isEmptyReceipt } from '../../src/words/receipt.ts'
import { atLeisure, Cell, knobsOver, run, START, temporaryFolder } from './cell.ts'

describe('a knob as an action', () => {
  it('has the name of the knob and the resources it touches', () => {
    const { knob } = new Cell(8, undefined, { lowers: ['cpu'], risk: 2 })
    expect(knobAction(knob, knobsOver(knob))).toMatchObject({
      name: 'worker.concurrency',
      scope: 'process',
      touches: ['worker.concurrency'],
      raises: [],
      lowers: ['cpu'],
      risk: 2,
    })
  })

  it('is not ready while the knob gives a reason', () => {
    let why: string | undefined = 'there is no worker'
    const { knob } = new Cell(8, undefined, { unready: () => why })
    const action = knobAction(knob, knobsOver(knob))
    const firing = { alert: 'CpuHigh', labels: {}, annotations: {}, value: 1, since: START }
    expect(action.unready?.(firing)).toBe('there is no worker')
    why = undefined
    expect(action.unready?.(firing)).toBeUndefined()
  })

  it('sets the value, reports it in the receipt, and reverts it', async () => {
    const cell = new Cell()
    const receipt = await run(cell.knob, knobsOver(cell.knob), { factor: 0.5 })
    expect(receipt).toMatchObject({
      summary: 'set worker.concurrency from 8 to 4',
      effects: { from: 8, to: 4, changed: 1 },
    })
    expect(cell.value).toBe(4)
    expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
    expect(cell.value).toBe(8)
    expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
    expect(cell.sets).toEqual([4, 8])
  })

  it('does nothing when the value is there already', async () => {
    const cell = new Cell(4)
    const receipt = await run(cell.knob, knobsOver(cell.knob), { to: 4 })
    expect(isEmptyReceipt(receipt)).toBe(true)
    expect(receipt.undo).toBeUndefined()
    expect(cell.sets).toEqual([])
  })

  it('does nothing when it is aborted, also between the record and the set', async () => {
    const cell = new Cell()
    const knobs = knobsOver(cell.knob)
    expect(isEmptyReceipt(await run(cell.knob, knobs, { to: 4 }, { signal: AbortSignal.abort() }))).toBe(true)
    const stopped = new Cell()
    let asked = 0
    const late = knobsOver(stopped.knob, { isStopped: () => ++asked > 1 })
    expect(isEmptyReceipt(await run(stopped.knob, late, { to: 4 }))).toBe(true)
    expect([cell.sets, stopped.sets, late.adjusted]).toEqual([[], [], []])
  })

  it('goes back in steps no larger than the knob allows, and in one go when there is no time', async () => {
    const cell = new Cell(20, { min: 1, max: 20, step: 8 })
    const knobs = knobsOver(cell.knob)
    const first = await run(cell.knob, knobs, { to: 1 })
    await run(cell.knob, knobs, { to: 1 })
    expect(cell.value).toBe(4)
    await first.undo?.(atLeisure())
    expect(cell.sets).toEqual([12, 4, 12, 20])
    await run(cell.knob, knobs, { to: 1 })
    await run(cell.knob, knobs, { to: 1 })
    expect(await knobs.undoAll()).toEqual(new Map([['worker.concurrency', { result: 'restored' }]]))
    expect(cell.sets.slice(4)).toEqual([12, 4, 20])
  })

  it('undoes one of two changes, or with the first what was decided upon it', async () => {
    const cell = new Cell()
    const knobs = knobsOver(cell.knob)
    const first = await run(cell.knob, knobs, { to: 6 })
    const second = await run(cell.knob, knobs, { to: 3 })
    await second.undo?.(atLeisure())
    expect(cell.value).toBe(6)
    const third = await run(cell.knob, knobs, { to: 2 })
    await first.undo?.(atLeisure())
    expect(cell.value).toBe(8)
    expect(await third.undo?.(atLeisure())).toEqual({ result: 'restored' })
  })

  it('refuses two knobs of one name, and shared ones without a coordinator', async () => {
    const { knob } = new Cell(8, undefined, { scope: 'shared' })
    expect(() => new Knobs({ knobs: [knob, knob], service: 'shop', clock: () => START })).toThrow(
      expect.objectContaining({ code: 'HOMEOSTAT_DUPLICATE_KNOB' }),
    )
    const receipt = await run(knob, knobsOver(knob), { to: 4 })
    expect(receipt.problems).toEqual(['worker.concurrency is shared and there is no coordinator'])
  })
})

describe('a lease of a knob', () => {
  it('ends a change that nobody renews, and keeps one that is renewed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const cell = new Cell(8, undefined, { keptIn: 'memory' })
    const receipt = await run(cell.knob, knobsOver(cell.knob, { leaseMs: 60_000 }), { to: 4 })
    for (let i = 0; i < 6; i++) {
      await vi.advanceTimersByTimeAsync(30_000)
      expect(await receipt.renew?.()).toBe(true)
    }
    await vi.advanceTimersByTimeAsync(59_000)
    expect(cell.value).toBe(4)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(cell.value).toBe(8)
    expect(await receipt.renew?.()).toBe(false)
  })

  it('tries again when it could not be undone', async () => {
    const cell = new Cell()
    const knobs = knobsOver(cell.knob, { leaseMs: 60_000 })
    const receipt = await run(cell.knob, knobs, { to: 4 })
    cell.beforeSet = () => {
      cell.beforeSet = () => {}
      throw new Error('not now')
    }
    expect(await receipt.undo?.(atLeisure())).toEqual({
      result: 'failed',
      error: expect.stringMatching(/^Error at knobs\.test\.ts/),
    })
    await vi.waitFor(() => expect(knobs.adjusted).toEqual([]), { timeout: 5000 })
    expect(cell.value).toBe(8)
    expect(knobs.excludedUntil('worker.concurrency')).toBeUndefined()
  })

  it('finds out later what came of a set that did not answer', async () => {
    const cell = new Cell()
    const knobs = knobsOver(cell.knob, { leaseMs: 500, timeoutMs: 50 })
    cell.beforeSet = async () => {
      cell.beforeSet = () => {}
      await pause(200)
    }
    await expect(run(cell.knob, knobs, { to: 4 })).rejects.toMatchObject({ code: 'HOMEOSTAT_KNOB_UNCERTAIN' })
    expect(await knobs.undoAll()).toEqual(new Map([['worker.concurrency', { result: 'restored' }]]))
    await vi.waitFor(() => expect(cell.sets).toEqual([4, 8]), { timeout: 5000 })
    await vi.waitFor(() => expect(knobs.adjusted).toEqual([]), { timeout: 5000 })
  })

  it('ends with the process: closing takes everything back and leaves no journal', async () => {
    const cell = new Cell()
    const stateDir = temporaryFolder()
    const knobs = knobsOver(cell.knob, { stateDir })
    const receipt = await run(cell.knob, knobs, { to: 4 })
    expect(readdirSync(join(stateDir, 'shop'))).toHaveLength(1)
    await knobs.close()
    expect(cell.value).toBe(8)
    expect(readdirSync(join(stateDir, 'shop'))).toEqual([])
    expect(await receipt.renew?.()).toBe(false)
    expect(isEmptyReceipt(await run(cell.knob, knobs, { to: 4 }))).toBe(true)
  })

  it('ends with the process also when a set is under way at that moment', async () => {
    const cell = new Cell()
    const knobs = knobsOver(cell.knob)
    const { promise: setting, resolve: begin } = Promise.withResolvers<void>()
    cell.beforeSet = async () => {
      begin()
      await pause(50)
    }
    const set = run(cell.knob, knobs, { to: 4 })
    await setting
    await knobs.close()
    expect((await set).effects['changed']).toBe(1)
    expect(cell.sets).toEqual([4, 8])
  })

  it('writes nothing down for a value that ends with the process', async () => {
    const cell = new Cell(8, undefined, { keptIn: 'memory' })
    const stateDir = temporaryFolder()
    const receipt = await run(cell.knob, knobsOver(cell.knob, { stateDir }), { to: 4 })
    expect(readdirSync(stateDir)).toEqual([])
    expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
  })

  it('sets nothing when the way back cannot be written down', async () => {
    const cell = new Cell()
    const stateDir = temporaryFolder()
    mkdirSync(join(stateDir, 'shop'), { mode: 0o777 })
    chmodSync(join(stateDir, 'shop'), 0o777)
    const receipt = await run(cell.knob, knobsOver(cell.knob, { stateDir }), { to: 4 })
    expect(receipt.problems?.[0]).toMatch(/others may write to it; set stateDir or HOMEOSTAT_STATE_DIR/)
    expect(cell.value).toBe(8)
  })
})
