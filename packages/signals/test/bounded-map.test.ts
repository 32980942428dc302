import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedMap } from '../src/bounded-map.ts'

test('the oldest entry makes room, and is passed on after it has left', () => {
  const forgotten: unknown[] = []
  const map = new BoundedMap<string, number>(2, (key, value) => forgotten.push([key, value, map.has(key)]))
  map.set('a', 1).set('b', 2).set('a', 3).set('c', 4)
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ])
  expect(forgotten).toEqual([['b', 2, false]])
})

test('forgetting ends when nothing is left', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  expect([map.forgetOldest(), map.forgetOldest(), map.size]).toEqual([true, false, 0])
})

test('it holds the latest entries of any calls', () => {
  const call = fc.tuple(fc.constantFrom('set', 'delete'), fc.nat(6), fc.nat())
  fc.assert(
    fc.property(fc.array(call), fc.nat(5), (calls, max) => {
      const map = new BoundedMap<number, number>(max)
      let model: (readonly [number, number])[] = []
      for (const [what, key, value] of calls) {
        model = model.filter(([known]) => known !== key)
        if (what === 'delete') {
          map.delete(key)
          continue
        }
        map.set(key, value)
        model.push([key, value])
        if (model.length > max) model.shift()
      }
      expect([...map]).toEqual(model)
    }),
  )
})
