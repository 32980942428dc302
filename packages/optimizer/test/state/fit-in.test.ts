import { atOnce, type Steps } from '@homeostat/signals'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitIn as fitInSteps, type Candidate, type Fitting } from '../../src/state/fit-in.ts'
import { bytesOf, type WrittenEntry } from '../../src/state/state-text.ts'

const entry = (key: string, savedAt: number, chars: number): WrittenEntry => {
  return { key, savedAt, savedBy: '', lines: ['x'.repeat(chars)] }
}
const fitIn = (candidates: readonly Candidate[], maxBytes: number): Fitting => atOnce(fitInSteps(candidates, maxBytes))
const inOneStep = <T>(value: T) =>
  function* (): Steps<T> {
    yield
    return value
  }
const total = (entries: readonly WrittenEntry[]): number => entries.reduce((sum, each) => sum + bytesOf(each), 0)

test('keeps everything where there is room', () => {
  const candidates = [1, 2].map((n): Candidate => ({ entry: entry(`${n}`, n, 100), isOwn: n === 1 }))
  expect(fitIn(candidates, 1000)).toEqual({ entries: candidates.map(each => each.entry), shortened: 0, leftOut: 0 })
})

test('what only others know goes first, then own entries are shortened, then left out, the largest first', () => {
  const short = entry('large', 5, 10)
  const candidates: Candidate[] = [
    { entry: entry('old', 1, 100), isOwn: false },
    { entry: entry('newer', 2, 100), isOwn: false },
    { entry: entry('large', 5, 400), isOwn: true, shorten: inOneStep(short) },
    { entry: entry('small', 5, 50), isOwn: true },
  ]
  const keys = (maxBytes: number): string[] => fitIn(candidates, maxBytes).entries.map(({ key }) => key)
  const all = total(candidates.map(each => each.entry))
  expect(keys(all)).toEqual(['old', 'newer', 'large', 'small'])
  expect(keys(all - 1)).toEqual(['newer', 'large', 'small'])
  const tight = fitIn(candidates, 250)
  expect(tight).toMatchObject({ shortened: 1, leftOut: 2 })
  expect(tight.entries).toContain(short)
  expect(keys(60)).toEqual(['large'])
  expect(keys(0)).toEqual([])
})

test('never takes more bytes than there are', () => {
  const candidate = fc.record({ chars: fc.nat(500), isOwn: fc.boolean(), canShorten: fc.boolean(), savedAt: fc.nat() })
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 20 }), fc.nat(5000), (given, maxBytes) => {
      const candidates = given.map(({ chars, isOwn, canShorten, savedAt }, index): Candidate => {
        const whole = entry(String(index), savedAt, chars)
        return { entry: whole, isOwn, shorten: inOneStep(canShorten ? entry(String(index), savedAt, 1) : undefined) }
      })
      const { entries, leftOut } = fitIn(candidates, maxBytes)
      expect(total(entries)).toBeLessThanOrEqual(maxBytes)
      expect(entries.length + leftOut).toBe(candidates.length)
    }),
  )
})
