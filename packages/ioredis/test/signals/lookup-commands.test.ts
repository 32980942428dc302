import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countHits, countLookups, lookupShapes } from '../../src/signals/lookup-commands.ts'

test('a lookup in a RESP3 map or with numbers as strings counts like the others', () => {
  expect(countHits('map', { f: 1 })).toBe(1)
  expect(countHits('map', {})).toBe(0)
  expect(countHits('count', '2')).toBe(2)
  expect(countHits('value', 5.5)).toBe(1)
})

test('whatever is replied, hits are never more than lookups, and neither is negative', () => {
  const element = fc.option(fc.uint8Array())
  fc.assert(
    fc.property(fc.constantFrom(...new Set(lookupShapes.values())), element, fc.array(element), (shape, one, many) => {
      const reply = { value: one, values: many, map: many, text: one, count: many.filter(Boolean).length }[shape]
      const lookups = countLookups(shape, reply, many.length)
      const hits = countHits(shape, reply)
      expect(hits).toBeGreaterThanOrEqual(0)
      expect(hits).toBeLessThanOrEqual(lookups)
    }),
  )
})
