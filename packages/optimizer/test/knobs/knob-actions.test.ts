import { describe, expect, it } from 'vitest'
import type { KnobOptions, Receipt } from '../../src/index.ts'
import { Optimizer, knobActions } from '../../src/index.ts'
import { Registry } from '@homeostat/signals'
import { Cell, START, knobsOver } from './cell.ts'

const limits = { min: 1, max: 100 }
const limitCell = (): Cell =>
  new Cell(100, limits, {
    name: 'cache.limit',
    actions: { 'cache.resize': { to: 70 }, 'cache.halve': { factor: 0.5 } },
  })

describe('the actions that a knob names', () => {
  const runNamed = (cell: Cell, name: string, options: KnobOptions | undefined): Promise<Receipt> => {
    const action = knobActions(cell.knob, knobsOver(cell.knob)).find(candidate => candidate.name === name)
    return action!.run({
      firing: { alert: 'MemoryHigh', labels: {}, annotations: {}, value: 1, since: START },
      now: START,
      signal: AbortSignal.timeout(10_000),
      sliceMs: 5,
      options,
    })
  }

  it('set the default of the knob for a response without options', async () => {
    const cell = limitCell()
    const receipt = await runNamed(cell, 'cache.resize', undefined)
    expect(receipt.summary).toBe('set cache.limit from 100 to 70')
    expect(cell.value).toBe(70)
  })

  it('set what the response asks for, where it asks', async () => {
    const cell = limitCell()
    await runNamed(cell, 'cache.resize', { by: -5 })
    expect(cell.value).toBe(95)
  })

  it('touch, raise, lower and risk what the knob does, whatever they are called', () => {
    const { knob } = new Cell(8, limits, {
      touches: [],
      lowers: ['memory'],
      risk: 2,
      actions: { 'cell.shrink': { to: 1 } },
    })
    const same = { scope: 'process', touches: ['worker.concurrency'], raises: [], lowers: ['memory'], risk: 2 }
    expect(knobActions(knob, knobsOver(knob))).toMatchObject([
      { name: 'worker.concurrency', ...same },
      { name: 'cell.shrink', ...same },
    ])
  })

  it('are never tried at the same time, because their effects could not be distinguished', async () => {
    const cell = limitCell()
    const engine = new Registry({ scope: { name: 'homeostat', version: '0' }, clock: () => START })
    const optimizer = new Optimizer({
      registries: [engine],
      rules: [{ alert: 'Always', expr: 'vector(1)' }],
      responses: ['cache.resize', 'cache.halve'].map(action => ({
        to: { alert: 'Always' },
        action,
        priority: 'safety' as const,
      })),
      actions: knobActions(cell.knob, knobsOver(cell.knob)),
      modeOf: () => 'act',
      warmUpMs: 0,
      environment: {},
      clock: () => START,
    })

    const { entry } = await optimizer.tickAndWait(START)

    expect(cell.sets).toEqual([50])
    expect(entry.refusals).toMatchObject([
      { reason: 'conflict', detail: 'cache.halve on the same resource was decided in this tick' },
    ])
    await optimizer.stop()
    expect(cell.value).toBe(100)
  })
})
