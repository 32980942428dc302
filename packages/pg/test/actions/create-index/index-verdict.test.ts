import { createRandom } from '@homeostat/signals/random'
import { describe, expect, it } from 'vitest'
import { BLOCKS, type StatementTimes } from '../../../src/actions/create-index/call-times.ts'
import { judgeCalls } from '../../../src/actions/create-index/index-verdict.ts'
import { calm, drifting, slowAtFirst } from './drifting-statements.ts'

const random = createRandom(7)
/** Calls around so many milliseconds, for each block; load may make all of a block slower. */
const blocks = (ms: number, load: (block: number) => number = () => 1, calls = 5): number[][] =>
  Array.from({ length: BLOCKS }, (_, block) =>
    Array.from({ length: calls }, () => ms * load(block) * Math.exp(0.4 * (random() + random() - 1))),
  )
const statement = (
  kind: StatementTimes['kind'],
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
): StatementTimes => ({
  kind,
  summary: `SELECT ${kind}`,
  calls: { before: before.flat().length, after: after.flat().length },
  before,
  after,
})

describe('what live calls say of an index', () => {
  it('is that it helps where calls became faster than those of other statements', () => {
    const times = [statement('target', blocks(50), blocks(1)), statement('other', blocks(3), blocks(3))]
    expect(judgeCalls(times, 0)).toMatchObject({ verdict: 'effective' })
  })

  it('is nothing where all statements became faster alike', () => {
    const times = [statement('target', blocks(50), blocks(20)), statement('other', blocks(3), blocks(1.2))]
    expect(judgeCalls(times, 0)).toMatchObject({ verdict: 'no_effect' })
  })

  it('is nothing where only the others became slower', () => {
    const times = [statement('target', blocks(50), blocks(50)), statement('other', blocks(3), blocks(30))]
    expect(judgeCalls(times, 0)).toMatchObject({ verdict: 'no_effect' })
  })

  it('takes half of the time where no other statement shows what else has changed', () => {
    expect(judgeCalls([statement('target', blocks(50), blocks(35))], 0)).toMatchObject({ verdict: 'no_effect' })
    expect(judgeCalls([statement('target', blocks(50), blocks(10))], 0)).toMatchObject({ verdict: 'effective' })
  })

  it('is against it where another statement of the table became slower, reading or writing', () => {
    const target = statement('target', blocks(50), blocks(1))
    const other = statement('other', blocks(3), blocks(3))
    expect(judgeCalls([target, statement('table', blocks(5), blocks(8)), other], 0)).toMatchObject({
      verdict: 'harmful',
    })
    expect(judgeCalls([target, statement('table', blocks(5), blocks(5)), other], 0)).toMatchObject({
      verdict: 'effective',
    })
  })

  it('is open where a statement that was seldom called may cost what the index saves', () => {
    const target = statement('target', blocks(50), blocks(1))
    const seldom = (ms: number): number[][] => blocks(ms, undefined, 1).map((calls, at) => (at < 3 ? calls : []))
    const price = (before: number, after: number): string =>
      judgeCalls([target, statement('table', seldom(before), seldom(after))], 0).verdict
    expect(price(500, 1500)).toBe('inconclusive')
    expect(price(1, 3)).toBe('effective')
    expect(price(500, 300)).toBe('effective')
  })

  it('is against nothing where the whole database became slower', () => {
    const late = (): number => 2
    const times = [
      statement('target', blocks(50), blocks(1, late)),
      statement('table', blocks(5), blocks(5, late)),
      statement('other', blocks(3), blocks(3, late)),
    ]
    expect(judgeCalls(times, 0)).toMatchObject({ verdict: 'effective' })
  })

  it('is open where there are too few calls, and where there are none', () => {
    const few = blocks(50).map((calls, at) => (at < 4 ? calls : []))
    expect(judgeCalls([statement('target', few, blocks(1))], 0)).toMatchObject({ verdict: 'inconclusive' })
    expect(judgeCalls([statement('target', blocks(50), few)], 0)).toMatchObject({ verdict: 'inconclusive' })
    expect(judgeCalls([], 0)).toMatchObject({ verdict: 'inconclusive' })
  })

  it('is nothing where the statement was slow when the measurement began, and for most of it', () => {
    const drift = slowAtFirst(3, BLOCKS - 3)
    for (let round = 0; round < 100; round++) {
      const target = drifting(random, { kind: 'target', before: 50, after: 50, drift })
      expect(judgeCalls([target, statement('other', blocks(3), blocks(3))], 0).verdict).not.toBe('effective')
    }
  })

  it('is against it where a writer takes four times as long, however short that is', () => {
    const target = drifting(random, { kind: 'target', before: 50, after: 1, drift: calm })
    const writer = drifting(random, { kind: 'table', before: 0.05, after: 0.2, drift: calm })
    expect(judgeCalls([target, writer], 0)).toMatchObject({ verdict: 'harmful' })
  })

  it('weighs a little more of a writer by how often it is called', () => {
    const target = drifting(random, { kind: 'target', before: 50, after: 1, drift: calm })
    const writer = drifting(random, { kind: 'table', before: 0.2, after: 0.28, drift: calm, callsPerBlock: 40 })
    const often = { ...writer, calls: { before: 50_000, after: 50_000 } }
    expect(judgeCalls([target, writer], 0)).toMatchObject({ verdict: 'effective' })
    expect(judgeCalls([target, often], 0)).toMatchObject({ verdict: 'harmful' })
  })
})
