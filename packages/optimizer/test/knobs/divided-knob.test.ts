import { describe, expect, it } from 'vitest'
import { atLeisure, Cell, knobsOver, run } from './cell.ts'

type Arms = (unit: string) => 'act' | 'control'

/** A knob whose value may differ between units, and every division of it. */
function dividable(beforeSet: () => void = () => {}): {
  readonly cell: Cell
  readonly divisions: (readonly [Arms | undefined, number])[]
} {
  const divisions: (readonly [Arms | undefined, number])[] = []
  const cell = new Cell(2, { min: 0, max: 5 }, { divide: (arms, control) => void divisions.push([arms, control]) })
  cell.beforeSet = beforeSet
  return { cell, divisions }
}

const split: Arms = unit => (unit < 'm' ? 'act' : 'control')

describe('a knob whose units can have different values', () => {
  it('is divided before it is set, so that the other half never gets the new value', async () => {
    const { cell, divisions } = dividable(() => expect(divisions).toEqual([[split, 2]]))
    const receipt = await run(cell.knob, knobsOver(cell.knob), { to: 3 }, { split })
    expect(cell.value).toBe(3)
    expect(receipt.summary).toBe('set worker.concurrency from 2 to 3 for half of the units')
    expect(divisions).toEqual([[split, 2]])
  })

  it('has one value for all units again when the change is kept', async () => {
    const { cell, divisions } = dividable()
    const receipt = await run(cell.knob, knobsOver(cell.knob), { to: 3 }, { split })
    await receipt.switch?.(true, atLeisure())
    expect(divisions.at(-1)).toEqual([undefined, 2])
    expect(cell.value).toBe(3)
  })

  it('has its old value for all units when the change is undone', async () => {
    const { cell, divisions } = dividable()
    const receipt = await run(cell.knob, knobsOver(cell.knob), { to: 3 }, { split })
    expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
    expect(divisions.at(-1)).toEqual([undefined, 2])
    expect(cell.value).toBe(2)
  })

  it('is not divided any more when it could not be set', async () => {
    const { cell, divisions } = dividable()
    cell.beforeSet = () => {
      throw new Error('the knob is stuck')
    }
    await expect(run(cell.knob, knobsOver(cell.knob), { to: 3 }, { split })).rejects.toThrow(
      'whether worker.concurrency was set is not known',
    )
    expect(divisions.at(-1)).toEqual([undefined, 2])
  })

  it('is not divided without a split, and a knob without units ignores one', async () => {
    const { cell, divisions } = dividable()
    await run(cell.knob, knobsOver(cell.knob), { to: 3 })
    expect(divisions).toEqual([])
    const plain = new Cell(2, { min: 0, max: 5 })
    const receipt = await run(plain.knob, knobsOver(plain.knob), { to: 3 }, { split })
    expect(receipt.summary).toBe('set worker.concurrency from 2 to 3')
  })
})
