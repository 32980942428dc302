import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { limitRetainedBytes } from '@homeostat/signals'
import type { Origin } from '../../src/signals/origin.ts'
import { keepValues, ownString } from '../../src/signals/kept-values.ts'
import { SlowQueries } from '../../src/signals/slow-queries.ts'
import { SlowStatements } from '../../src/signals/slow-statements.ts'
import { PgInstrumentation } from '../../src/index.ts'

const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils') as { prepareValue(value: unknown): unknown }

const origin: Origin = { address: 'db:5432/shop', Client: undefined, connectionOptions: () => ({}) }
const run = (text: string, values?: unknown[], durationMs = 300) => ({
  text,
  values,
  durationMs,
  origin,
  summary: 'SELECT t',
})

describe('copies of bind values', () => {
  it('do not change when the application changes its own', () => {
    const buffer = Buffer.from('abc')
    const date = new Date(1_000)
    const list = ['x', null]
    const floats = new Float64Array([1, 2])
    const view = new DataView(buffer.buffer, buffer.byteOffset, 2)
    const values = ['text', 1, true, null, undefined, 10n, buffer, date, list, floats, view]
    const kept = keepValues(values)!.values
    const before = structuredClone(kept)
    buffer.fill(0)
    date.setTime(0)
    list[0] = 'y'
    floats.fill(9)
    values.length = 0
    expect(structuredClone(kept)).toEqual(before)
    expect(kept.slice(0, 8)).toEqual(['text', 1, true, null, undefined, 10n, Buffer.from('abc'), new Date(1_000)])
    expect(kept[8]).toEqual(['x', null])
    expect(kept[9]).toEqual(Buffer.from(new Float64Array([1, 2]).buffer))
  })

  it('of documents and nested arrays are what pg sends of them', () => {
    const document = { a: 1, b: ['x', { c: null }], d: undefined, e: new Date(5), f: true, ['__proto__']: 1 }
    const values = [
      document,
      { nested: { list: [] } },
      Object.create(null),
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [{ a: 1 }, { b: 'x"y' }],
    ]
    const kept = keepValues(values)!.values
    expect(kept.map(prepareValue)).toEqual(values.map(prepareValue))
    document.b.push('later')
    expect(kept[0]).not.toContain('later')
  })

  it('are not made when that would run code of the application', () => {
    const trap = (): never => {
      throw new Error('the application was asked')
    }
    const traps: ProxyHandler<never[]> = { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap }
    const withGetter: unknown[] = [1]
    Object.defineProperty(withGetter, 0, { get: trap })
    class OwnDate extends Date {
      override getTime = trap
      override valueOf = trap
    }
    class OwnBuffer extends Uint8Array {
      override get byteLength(): number {
        return trap()
      }
    }
    class OwnList extends Array<unknown> {
      override [Symbol.iterator] = trap
    }
    for (const values of [
      new Proxy([], traps),
      [new Proxy([], traps)],
      [[new Proxy([], traps)]],
      withGetter,
      [withGetter],
      [{ toPostgres: trap, toString: trap, toJSON: trap }],
      [new Readable()],
      [() => 1],
      [Symbol('s')],
      [{ nested: { toJSON: trap } }],
      [
        {
          get hidden() {
            return trap()
          },
        },
      ],
      [{ own: new URL('http://a') }],
      [{ big: 'x'.repeat(5_000) }],
      [{ list: new Proxy([], traps) }],
      [Array(300).fill(1)],
      ['x'.repeat(5_000)],
      [Buffer.alloc(5_000)],
      [2n ** 5_000n],
    ])
      expect(keepValues(values)).toBeUndefined()
    expect(keepValues([new OwnDate(5)])?.values).toEqual([new Date(5)])
    expect(keepValues([new OwnBuffer([1, 2])])?.values).toEqual([Buffer.from([1, 2])])
    expect(keepValues(OwnList.from([1, 2]))?.values).toEqual([1, 2])
  })

  it('hold on to no larger string that they were a part of', () => {
    const collect = (globalThis as { gc?: () => void }).gc
    if (collect === undefined) return
    const held = (copy: (part: string) => string): number => {
      const parts: string[] = []
      collect()
      const before = process.memoryUsage().heapUsed
      for (let n = 0; n < 20; n++) parts.push(copy(`${n}${'x'.repeat(1_000_000)}`.slice(1, 100)))
      collect()
      const grown = process.memoryUsage().heapUsed - before
      // Looked at afterwards, so that they are not collected before.
      expect(parts).toHaveLength(20)
      return grown
    }
    expect(held(ownString)).toBeLessThan(2_000_000)
  })
})

describe('the bytes that slow statements may take', () => {
  it('stay below the limit of the process, whatever comes', () => {
    limitRetainedBytes(100_000)
    const statements = new SlowStatements(10_000)
    const instrumentation = new PgInstrumentation()
    const queries = new SlowQueries(instrumentation.registry, 10_000)
    const database = { namespace: 'shop' } as never
    try {
      for (let n = 0; n < 2_000; n++) {
        const text = `SELECT a${n} FROM t${n} WHERE a = $1 AND b = '${'x'.repeat(n)}'`
        statements.add(run(text, ['v'.repeat(n * 2), Buffer.alloc(n)], n), n)
        queries.count(text, database)
        expect(statements.retained.bytes + queries.retained.bytes).toBeLessThanOrEqual(100_000)
      }
      expect(statements.size).toBeGreaterThan(1)
      // The most expensive ones stay.
      expect(statements.top(1)[0]?.maxMs).toBe(1_999)
      expect(statements.retained.evictions + queries.retained.evictions).toBeGreaterThan(1_000)
      statements.clear()
      expect(statements.retained.bytes).toBe(0)
    } finally {
      statements.clear()
      queries.retained.evict()
      while (queries.retained.evict());
      limitRetainedBytes()
    }
  })
})
