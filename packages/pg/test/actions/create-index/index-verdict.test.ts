import { createRandom } from '@homeostat/signals/random'
import { describe, expect, it } from 'vitest'
import { BLOCKS, type StatementTimes } from '../../../src/actions/create-index/call-times.ts'
import { judgeCalls } from '../../../src/actions/create-index/index-verdict.ts'

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
): StatementTimes => ({ kind, summary: `SELECT ${kind}`, before, after })

describe('what live calls say of an index', () => {
  it('is that it helps where calls became faster than those of other statements', () => {
    const times = [statement('target', blocks(50), blocks(1)), statement('other', blocks(3), blocks(3))]
    expect(judgeCalls(times)).toMatchObject({ verdict: 'effective' })
  })

  it('is nothing where all statements became faster alike', () => {
    const times = [statement('target', blocks(50), blocks(20)), statement('other', blocks(3), blocks(1.2))]
    expect(judgeCalls(times)).toMatchObject({ verdict: 'no_effect' })
  })

  it('is nothing where only the others became slower', () => {
    const times = [statement('target', blocks(50), blocks(50)), statement('other', blocks(3), blocks(30))]
    expect(judgeCalls(times)).toMatchObject({ verdict: 'no_effect' })
  })

  it('takes half of the time where no other statement shows what else has changed', () => {
    expect(judgeCalls([statement('target', blocks(50), blocks(35))])).toMatchObject({ verdict: 'no_effect' })
    expect(judgeCalls([statement('target', blocks(50), blocks(10))])).toMatchObject({ verdict: 'effective' })
  })

  it('is against it where another statement of the table became slower, reading or writing', () => {
    const target = statement('target', blocks(50), blocks(1))
    const other = statement('other', blocks(3), blocks(3))
    expect(judgeCalls([target, statement('table', blocks(5), blocks(8)), other])).toMatchObject({ verdict: 'harmful' })
    expect(judgeCalls([target, statement('table', blocks(5), blocks(5)), other])).toMatchObject({
      verdict: 'effective',
    })
  })

  it('is open where a statement that was seldom called may cost what the index saves', () => {
    const target = statement('target', blocks(50), blocks(1))
    const seldom = (ms: number): number[][] => blocks(ms, undefined, 1).map((calls, at) => (at < 3 ? calls : []))
    const price = (before: number, after: number): string =>
      judgeCalls([target, statement('table', seldom(before), seldom(after))]).verdict
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
    expect(judgeCalls(times)).toMatchObject({ verdict: 'effective' })
  })

  it('is open where there are too few calls, and where there are none', () => {
    const few = blocks(50).map((calls, at) => (at < 4 ? calls : []))
    expect(judgeCalls([statement('target', few, blocks(1))])).toMatchObject({ verdict: 'inconclusive' })
    expect(judgeCalls([statement('target', blocks(50), few)])).toMatchObject({ verdict: 'inconclusive' })
    expect(judgeCalls([])).toMatchObject({ verdict: 'inconclusive' })
  })

  it('hardly ever praises an index that does nothing, however load drifts and bursts', () => {
    let praised = 0
    for (let round = 0; round < 1000; round++) {
      // A random walk over both phases: neighbouring blocks resemble each other, and the second phase may be calmer.
      let level = 0
      const walk = Array.from({ length: 2 * BLOCKS }, () => Math.exp((level = 0.9 * level + 0.5 * (random() - 0.5))))
      const before = (block: number): number => walk[block]!
      const after = (block: number): number => walk[BLOCKS + block]!
      const times = [
        statement('target', blocks(50, before), blocks(50, after)),
        statement('other', blocks(3, before), blocks(3, after)),
      ]
      if (judgeCalls(times).verdict === 'effective') praised++
    }
    expect(praised).toBeLessThanOrEqual(10)
  })
})
