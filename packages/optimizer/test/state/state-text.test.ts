import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atOnce } from '@homeostat/signals'
import { bytesOf, contentOf, textOf, valuesOf, type WrittenEntry } from '../../src/state/state-text.ts'

const json = fc.jsonValue().map(value => JSON.stringify(value))
const entry: fc.Arbitrary<WrittenEntry> = fc.record({
  key: fc.string({ unit: 'binary', maxLength: 20 }),
  savedAt: fc.nat(),
  savedBy: fc.string(),
  lines: fc.array(json, { minLength: 1, maxLength: 5 }),
})
const entries = fc.uniqueArray(entry, { selector: ({ key }) => key, maxLength: 8 })

test('gives back the entries as they were written', () => {
  fc.assert(
    fc.property(entries, written => {
      expect(atOnce(contentOf(textOf(1, written), 1))).toEqual({ entries: written, isDamaged: false })
    }),
  )
})

test('is one JSON object that releases before stamps per entry read', () => {
  fc.assert(
    fc.property(entries, written => {
      const { version, savedAt, state } = JSON.parse(textOf(3, written)) as Record<string, unknown>
      expect([version, savedAt]).toEqual([3, Math.max(0, ...written.map(each => each.savedAt))])
      const values = written.map(({ key, lines }) => {
        const parsed = lines.map(line => JSON.parse(line) as unknown)
        return [key, parsed.length === 1 ? parsed[0] : parsed]
      })
      expect(state).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(values))))
    }),
  )
})

test('takes no more bytes than its entries and the head', () => {
  fc.assert(
    fc.property(entries, written => {
      const bytes = written.reduce((sum, each) => sum + bytesOf(each), 0)
      expect(Buffer.byteLength(textOf(1, written))).toBeLessThanOrEqual(bytes + 200)
    }),
  )
})

test('a text that is cut or changed anywhere gives only entries that were written, and says that it is damaged', () => {
  fc.assert(
    fc.property(entries, written => {
      const text = textOf(1, written)
      for (let at = 0; at < text.length; at += 1 + Math.floor(text.length / 50)) {
        const { entries: found, isDamaged } = atOnce(contentOf(text.slice(0, at), 1))
        expect(isDamaged).toBe(true)
        for (const each of found) expect(written.map(({ key }) => key)).toContain(each.key)
      }
    }),
    { numRuns: 50 },
  )
})

test('whatever else a place holds never throws', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    json,
    fc.uint8Array().map(bytes => Buffer.from(bytes).toString('latin1')),
    fc
      .tuple(fc.jsonValue(), fc.jsonValue(), fc.jsonValue())
      .map(([version, stamps, state]) => JSON.stringify({ version, savedAt: 1, entries: stamps, state })),
    fc
      .tuple(fc.array(fc.jsonValue()), fc.array(fc.string()))
      .map(
        ([stamps, lines]) =>
          `{"version":1,"savedAt":1,"entries":${JSON.stringify(stamps)},"state":{\n${lines.join('\n')}`,
      ),
  )
  fc.assert(
    fc.property(anything, text => {
      for (const found of atOnce(contentOf(text, 1)).entries) atOnce(valuesOf(found))
    }),
    { numRuns: 1000 },
  )
})
