import type { Homeostat, ObservedObjects } from 'homeostat'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { enableAll, eventually, startObserving, sumIn } from './observe-bench.ts'

let h: Homeostat
const lines: string[] = []
beforeEach(() => void lines.splice(0))
afterEach(() => h.stop())

describe('anything that does not fit is one line', () => {
  const cases: [string, unknown, RegExp][] = [
    [
      'nothing',
      undefined,
      /^observe\(\) takes an object such as \{ pg: pool \}, but was given undefined; it is ignored$/,
    ],
    ['a number', 5, /such as \{ pg: pool \}, but was given 5; it is ignored$/],
    ['a list', [{}], /such as \{ pg: pool \}, but was given /],
    ['null', null, /but was given null/],
    ['a misspelled field', { queue: {} }, /^observe\(\) does not take queue: did you mean queues\?$/],
    [
      'an unknown field',
      { mongo: {} },
      /^observe\(\) does not take mongo: it takes caches, redis, queues, workers, pg, http$/,
    ],
    [
      'a Map as a pool',
      { pg: new Map() },
      /^observe\(\) expects a Pool or a Client of pg as pg, or a list of them, but was given Map; objects that do not fit are left out$/,
    ],
    ['text', { redis: 'redis://secret@host' }, /^observe\(\) expects a Redis or a Cluster of ioredis as redis/],
    [
      'null in a list',
      { queues: [null, 5, 'x'] },
      /a Queue of BullMQ as queues, or a list of them, but was given null and 2 more; /,
    ],
    ['a promise', { workers: Promise.resolve({}) }, /a Worker of BullMQ as workers, .*but was given Promise; /],
    ['an object', { caches: {} }, /an lru-cache, or another cache/],
    [
      'an object that throws',
      {
        pg: new Proxy(
          {},
          {
            get: () => {
              throw new Error('secret')
            },
          },
        ),
      },
      /a Pool or a Client of pg/,
    ],
  ]
  it.each(cases)('%s', async (_, given, expected) => {
    h = startObserving(lines)
    enableAll(h)
    expect(() => h.observe(given as ObservedObjects)).not.toThrow()
    // Lines are written after the current turn.
    await eventually(() => lines.length).toBe(1)
    expect(lines[0]!.replace(/^homeostat: /, '')).toMatch(expected)
    expect(lines[0]).not.toContain('secret')
    expect(sumIn(h, 'homeostat.errors')).toBe(0)
  })

  it('a field whose package is turned off says so', async () => {
    h = startObserving(lines, { pg: false })
    h.observe({ pg: {} })
    await eventually(() => lines).toEqual([
      expect.stringContaining('the package pg is turned off in the options, so nothing of it is measured'),
    ])
  })
})
