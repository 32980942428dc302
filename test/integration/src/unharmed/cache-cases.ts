import { setTimeout as delay } from 'node:timers/promises'
import type { Case, Transcript } from './transcript.ts'

type Lru = typeof import('lru-cache')

const forms: readonly [string, (lru: Lru, transcript: Transcript) => unknown][] = [
  [
    'get, set, has, peek, delete',
    ({ LRUCache }, t) => {
      const cache = new LRUCache<string, number>({ max: 2 })
      t.log('set', [cache.set('a', 1) === cache, cache.get('a'), cache.get('none'), cache.has('a'), cache.peek('none')])
      cache.set('b', 2).set('c', 3)
      t.log('rest', [[...cache.keys()], cache.size, cache.delete('b'), cache.delete('b')])
    },
  ],
  [
    'dispose',
    ({ LRUCache }, t) => {
      const cache = new LRUCache<string, number>({
        max: 1,
        dispose: (...args) => t.log('dispose', args),
        disposeAfter: (...args) => t.log('after', args),
      })
      cache.set('a', 1).set('a', 2).set('b', 3)
      cache.delete('b')
      cache.clear()
    },
  ],
  [
    'entries that expire',
    async ({ LRUCache }, t) => {
      const cache = new LRUCache<string, number>({
        max: 5,
        ttl: 15,
        ttlResolution: 0,
        dispose: (...args) => t.log('dispose', args),
      })
      cache.set('a', 1)
      t.log('fresh', cache.get('a'))
      await delay(30)
      t.log('stale', [cache.has('a'), cache.get('a', { allowStale: true }), cache.get('a'), cache.size])
    },
  ],
  [
    'a status of the caller',
    ({ LRUCache }, t) => {
      const cache = new LRUCache<string, number>({ max: 5 })
      const status = {}
      cache.set('a', 1, { status })
      t.log('set', Object.keys(status))
      const found = {}
      cache.get('a', { status: found })
      t.log('get', Object.keys(found))
    },
  ],
  [
    'fetch',
    async ({ LRUCache }, t) => {
      const cache = new LRUCache<string, string>({
        max: 5,
        fetchMethod: async (key, stale, { signal }) => (t.log('loads', [key, stale, signal.aborted]), `${key}!`),
      })
      await t.settle('first', () => cache.fetch('a'))
      await t.settle('second', () => cache.fetch('a'))
      await t.settle('both', () => Promise.all([cache.fetch('b'), cache.fetch('b')]))
      const status = {}
      await cache.fetch('c', { status })
      t.log('status', Object.keys(status))
    },
  ],
  [
    'a fetch that fails',
    async ({ LRUCache }, t) => {
      const cache = new LRUCache<string, string>({
        max: 5,
        fetchMethod: async function load() {
          await delay(1)
          throw new RangeError('planted')
        },
      })
      await t.settle('fetch', () => cache.fetch('a'))
      await t.settle('force', () => cache.forceFetch('a'))
    },
  ],
  [
    'a fetch nobody waits for',
    async ({ LRUCache }) => {
      const cache = new LRUCache<string, string>({
        max: 5,
        fetchMethod: () => Promise.reject(new RangeError('planted')),
      })
      void cache.fetch('a')
      await delay(20)
    },
  ],
  [
    'memo',
    ({ LRUCache }, t) => {
      const cache = new LRUCache<string, string>({ max: 5, memoMethod: key => (t.log('makes', key), `${key}!`) })
      t.log('memo', [cache.memo('a'), cache.memo('a')])
    },
  ],
  [
    'sizes',
    ({ LRUCache }, t) => {
      const cache = new LRUCache<string, string>({
        maxSize: 10,
        sizeCalculation: (value, key) => (t.log('size of', key), value.length),
      })
      cache.set('a', 'xxxxx').set('b', 'xxxxx').set('c', 'xxx')
      t.log('sizes', [cache.calculatedSize, [...cache.keys()]])
    },
  ],
  [
    'a subclass',
    ({ LRUCache }, t) => {
      class Own extends LRUCache<string, number> {
        override get(key: string): number | undefined {
          t.log('own get', key)
          return super.get(key)
        }
      }
      const cache = new Own({ max: 2 })
      cache.set('a', 1)
      t.log('get', [cache.get('a'), cache.get('b')])
    },
  ],
  [
    'what is refused',
    async ({ LRUCache }, t) => {
      await t.settle('no limit', () => new LRUCache({} as never))
      await t.settle('no method', () => new LRUCache<string, string>({ max: 1 }).memo('a'))
    },
  ],
]

export const cacheCases: readonly Case[] = (['lru', 'lru113'] as const).flatMap(version =>
  forms.map(([name, run]) => ({
    name: `${version === 'lru' ? 'lru-cache 11.5' : 'lru-cache 11.3'}: ${name}`,
    run: async (transcript, libraries) => run(libraries[version], transcript),
  })),
)
