import { describe, expect, it } from 'vitest'
import { excludesZero, median, medianInterval, pairedDifferences, spread } from '../src/statistics.ts'

describe('statistics of a run', () => {
  it('takes the middle value, and the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([10, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  it.each([
    [1, 1, 1],
    [5, 1, 5],
    [6, 1, 6],
    [9, 2, 8],
    [15, 4, 12],
    [20, 6, 15],
  ])('bounds the median of %i values by ranks %i and %i', (count, low, high) => {
    // The ranks of Conover's table A3 for 95 %; below six values no interval covers that much.
    const values = Array.from({ length: count }, (_, at) => count - at)
    expect(medianInterval(values)).toEqual([low, (count + 1) / 2, high])
  })

  it('compares each round with the baseline of the same round', () => {
    // Twice as slow a machine in the second round: the difference of the medians would be 10 and mean nothing.
    expect(pairedDifferences([11, 21, 12], [10, 20, 10])).toEqual([1, 1, 2])
    expect(() => pairedDifferences([1, 2], [1])).toThrow('2 values, but 1 baselines')
  })

  it('resolves a difference only when its whole range is on one side of zero', () => {
    expect(spread([3, 1, 2])).toEqual([1, 2, 3])
    expect(excludesZero(spread([3, 1, 2]))).toBe(true)
    expect(excludesZero(spread([-3, -1]))).toBe(true)
    expect(excludesZero(spread([-1, 2, 3]))).toBe(false)
    expect(excludesZero(spread([0, 1]))).toBe(false)
  })
})
