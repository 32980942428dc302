import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atOnce } from '@homeostat/signals'
import { LabelMatch } from '../../src/alerts/label-match.ts'
import { isNarrowedBy } from '../../src/alerts/measurement.ts'

type Labels = Readonly<Record<string, string>>

const labelSets = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '1:2', ''))

function over(series: readonly Labels[]): LabelMatch<Labels> {
  return atOnce(LabelMatch.over(series, labels => labels))
}

test('finds the series that a look at each of them finds', () => {
  fc.assert(
    fc.property(fc.array(labelSets), labelSets, (series, alert) => {
      const match = over(series)
      const expected = series.filter(labels => isNarrowedBy(labels, alert))
      expect(new Set(match.of(alert))).toEqual(new Set(expected))
      expect(match.has(alert)).toBe(expected.length > 0)
    }),
  )
})

test('2-09: a look-up for each of n alerts over n series reads each label a few times, not n times', () => {
  const readsFor = (count: number): number => {
    let reads = 0
    const counted = (labels: Labels): Labels =>
      new Proxy(labels, {
        get: (target, name) => {
          reads++
          return target[name as string]
        },
      })
    const series = Array.from({ length: count }, (_, index) => counted({ route: `/${index}`, scope: 'app' }))
    const match = over(series)
    for (let index = 0; index < count; index++) expect(match.has({ alertname: 'A', route: `/${index}` })).toBe(true)
    return reads
  }
  expect(readsFor(2000)).toBeLessThanOrEqual(2.1 * readsFor(1000))
})

test('2-09: indexing rests at least once every 128 series', () => {
  const series = Array.from({ length: 10_000 }, (_, index) => ({ route: `/${index}` }))
  const steps = LabelMatch.over(series, labels => labels)
  let rests = 0
  while (!steps.next().done) rests++
  expect(rests).toBeGreaterThanOrEqual(78)
})
