import { limitRetainedBytes } from '@homeostat/signals'
import pgDriver from 'pg'
import { describe, expect, it } from 'vitest'
import { CallTimes } from '../../../src/actions/create-index/call-times.ts'
import type { Origin } from '../../../src/signals/origin.ts'
import { RetainedTexts } from '../../../src/signals/retained-texts.ts'
import { fingerprint } from '../../../src/signals/statement-fingerprint.ts'

const origin: Origin = { address: 'db', Client: pgDriver.Client, connectionOptions: () => ({}) }
const MIB = 2 ** 20
const wanted = 'SELECT * FROM orders WHERE customer_id = $1'
/** Calls of a phase of ten seconds. */
const called = (
  texts: readonly string[],
  times = new CallTimes({ fingerprint: fingerprint(wanted), origin, settings: {} }, new Set(['orders'])),
) => {
  times.begin('before', 10_000, 0)
  // A few texts are read in a second.
  texts.forEach((text, at) => times.note({ text, durationMs: 1, origin, searchPath: undefined }, at * 10))
  return times
}

describe('the times of calls while an index is tried', () => {
  it('keeps the statement and all others of its table, however many there are beside them', () => {
    const others = Array.from({ length: 300 }, (_, at) => `SELECT a${at} FROM other`)
    const ofTable = Array.from({ length: 300 }, (_, at) => `SELECT a${at} FROM orders`)
    const { statements } = called([...others, ...ofTable, wanted])
    const count = (kind: string): number => statements.filter(each => each.kind === kind).length
    expect([count('target'), count('table'), count('other')]).toEqual([1, 300, 200])
  })

  it('counts calls that it does not keep', () => {
    const [kept] = called(Array.from({ length: 900 }, () => wanted)).statements
    expect(kept!.calls).toEqual({ before: 900, after: 0 })
    expect(kept!.before.flat().length).toBeLessThan(900)
  })

  it('keeps no more of texts than the process may retain, until its trial is over', () => {
    const texts = new RetainedTexts()
    const other = new RetainedTexts()
    using others = other.memo<string>(10)
    others.add('SELECT 1', 'SELECT')
    limitRetainedBytes(MIB)
    try {
      const times = new CallTimes(
        { fingerprint: fingerprint(wanted), origin, settings: {} },
        new Set(['orders']),
        texts,
      )
      const values = 'x'.repeat(15_000)
      called(
        [wanted, ...Array.from({ length: 150 }, (_, at) => `SELECT a${at} FROM orders WHERE note = '${values}'`)],
        times,
      )
      expect(texts.share.bytes).toBeGreaterThan(MIB / 2)
      expect(texts.share.bytes).toBeLessThanOrEqual(MIB)
      expect(texts.share.evictions).toBeGreaterThan(0)
      // Others, which hold less, keep theirs.
      expect(others.get('SELECT 1')).toBe('SELECT')
      // Texts that were forgotten are read again, as the same statements.
      called([wanted, wanted], times)
      expect(times.statements.find(({ kind }) => kind === 'target')!.calls.before).toBe(3)
      expect(times.statements).toHaveLength(151)
      times[Symbol.dispose]()
      expect(texts.share.bytes).toBe(0)
    } finally {
      limitRetainedBytes()
    }
  })

  it('measures without a memory for texts', () => {
    limitRetainedBytes(0)
    try {
      const [kept] = called([wanted, wanted, wanted]).statements
      expect(kept).toMatchObject({ kind: 'target', calls: { before: 3 } })
    } finally {
      limitRetainedBytes()
    }
  })

  it('knows how far the phases are apart', () => {
    const times = called([wanted])
    expect(times.apart).toBe(0)
    times.begin('after', 30_000, 50_000)
    expect(times.apart).toBe(2)
  })
})
