import { createRandom } from '@homeostat/signals/random'
import { describe, expect, it } from 'vitest'
import { BLOCKS } from '../../../src/actions/create-index/call-times.ts'
import { judgeCalls } from '../../../src/actions/create-index/index-verdict.ts'
import { calm, drifting, slowAtFirst, walk, type Drift } from './drifting-statements.ts'

const ROUNDS = 400
const GAPS = [0, BLOCKS / 2]
const comingBack = walk(0.9, 0.35)

interface Scene {
  /** By how much the statement that the index is for drifts. */
  readonly drift: Drift
  /** By how much all others drift. */
  readonly beside: Drift
  /** Milliseconds of a call with the index, which took 50 without. */
  readonly afterMs: number
  /** Milliseconds of other statements of the table, which took 5. */
  readonly ofTable?: readonly number[]
  readonly gap?: number
}

/** How often each verdict is given, in percent; each statement has a drift of its own. */
function rates({ drift, beside, afterMs, ofTable = [], gap = 0 }: Scene): { effective: number; harmful: number } {
  const random = createRandom(11)
  const found = { effective: 0, harmful: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const { verdict } = judgeCalls(
      [
        drifting(random, { kind: 'target', before: 50, after: afterMs, drift, gap }),
        ...ofTable.map(after => drifting(random, { kind: 'table', before: 5, after, drift: beside, gap })),
        ...[1, 2, 3].map(ms => drifting(random, { kind: 'other', before: ms, after: ms, drift: beside, gap })),
      ],
      gap / BLOCKS,
    )
    if (verdict === 'effective' || verdict === 'harmful') found[verdict] += 100 / ROUNDS
  }
  return found
}

describe('how often the verdict on an index is right', () => {
  it.each<[string, Drift, Drift, number?]>([
    ['blocks that have nothing in common', calm, calm],
    ['a drift that comes back', comingBack, comingBack],
    // While an index is built, nothing shows how far it goes.
    ['a drift that leads anywhere', walk(1, 0.35), comingBack, 4],
    // What ends with the measurement looks like an index that helps: only the plan tells.
    ['three times slower at first', slowAtFirst(3, BLOCKS - 3), comingBack],
    ['ten times slower at first', slowAtFirst(10, BLOCKS - 3), comingBack],
  ])('is nearly always, of a statement with %s', (name, drift, beside, most = 2) => {
    for (const gap of GAPS) {
      const { effective: useless } = rates({ drift, beside, gap, afterMs: 50 })
      const { effective: useful } = rates({ drift, beside, gap, afterMs: 1 })
      console.log(`${name}, ${gap} blocks apart: kept ${useless} % (does nothing), ${useful} % (50 -> 1 ms)`)
      expect(useless).toBeLessThanOrEqual(most)
      expect(useful).toBeGreaterThanOrEqual(98)
    }
  })

  it.each<[string, Drift]>([
    ['blocks that have nothing in common', calm],
    ['a drift that comes back', comingBack],
    ['a drift that leads anywhere', walk(1, 0.35)],
  ])('is nearly always, of ten more statements of the table with %s', (name, beside) => {
    const same = Array.from({ length: 10 }, () => 5)
    const { harmful: none } = rates({ drift: comingBack, beside, afterMs: 1, ofTable: same })
    const { harmful: one } = rates({ drift: comingBack, beside, afterMs: 1, ofTable: [50, ...same.slice(1)] })
    console.log(`${name}: harmful ${none} % (none of ten is slower), ${one} % (one takes ten times as long)`)
    expect(none).toBeLessThanOrEqual(4)
    expect(one).toBeGreaterThanOrEqual(94)
  })
})
