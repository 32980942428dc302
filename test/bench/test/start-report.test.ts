import { describe, expect, it } from 'vitest'
import type { StartRow } from '../src/start/start-bench.ts'
import { describeStart, meetsGoal } from '../src/start/start-report.ts'

const share = (added: number): StartRow => {
  return {
    bench: 'start',
    figure: 'import',
    unit: 'ms',
    sdk: [90, 100, 200],
    added: [10, added, 300],
    atMostOfSdk: 0.4,
  }
}
const heap = (added: number): StartRow => {
  return { bench: 'start', figure: 'heap', unit: 'MB', sdk: [15, 15, 15], added: [0, added, 20], atMost: 5 }
}

describe('the report of start', () => {
  it('judges the median of what is added, as a share of the SDK or in megabytes', () => {
    expect([share(40), share(40.1), heap(5), heap(5.1)].map(meetsGoal)).toEqual([true, false, true, false])
  })

  it('judges nothing without a goal', () => {
    const { atMost: _, ...row } = heap(5)
    expect(meetsGoal(row)).toBeUndefined()
  })

  it('prints a row per figure with its goal', () => {
    const text = describeStart([share(35), heap(10.2)], 9)
    expect(text).toMatch(/^import, ms +100\.0 +\[90\.0 +200\.0\] +35\.0 +\[10\.0 +300\.0\] +35 % +at most 40 % +met$/m)
    expect(text).toMatch(/^heap, MB .* +68 % +at most 5 MB +not met$/m)
    expect(text).not.toContain('too few')
    expect(describeStart([], 3)).toContain('3 of at least 5 rounds: too few to trust a range')
  })
})
