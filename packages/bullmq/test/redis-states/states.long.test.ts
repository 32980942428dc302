import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { NARROW, QueueBehindProxy, WHILE_MS, eventually, sleep } from './queue-behind-proxy.ts'

const app = new QueueBehindProxy()

/** A state of Redis: how it begins, and how it ends. */
interface State {
  /** Whether the application starts in it. */
  readonly isFromStart?: boolean
  readonly connection?: object
  begin(): Promise<unknown>
  end(): Promise<unknown>
  /** The report of the readings; undefined where they go on. */
  readonly reading?: RegExp
  /** The same of the guard. */
  readonly guarding?: RegExp
}

const cut = async (): Promise<void> => app.proxy.set('cut')
const opened = async (): Promise<void> => app.proxy.set('open')
const killed = (): Promise<unknown> => app.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
let slowing: AbortController

const STATES: Record<string, State> = {
  down: {
    begin: cut,
    end: opened,
    reading: /cannot be reached \(E[A-Z]+\)/,
    guarding: /cannot be reached \(E[A-Z]+\)/,
  },
  'down when the application starts': {
    isFromStart: true,
    begin: cut,
    end: opened,
    reading: /cannot be reached \(E[A-Z]+\)/,
  },
  'silent: connections stay and nothing answers': {
    begin: async () => app.proxy.set('stalled'),
    end: opened,
    reading:
      /^@homeostat\/bullmq: could not read the sizes of the queue mail: its Redis has not answered within 300 ms/,
  },
  'slow: each answer takes most of a second': {
    begin: async () => {
      const { signal } = (slowing = new AbortController())
      void (async () => {
        while (!signal.aborted) {
          app.proxy.set('stalled')
          await sleep(700)
          app.proxy.set('open')
          await sleep(10)
        }
      })()
    },
    end: async () => {
      slowing.abort()
      await sleep(800)
      app.proxy.set('open')
    },
    reading: /has not answered within 300 ms/,
  },
  'a replica after a failover, which takes no writes': {
    isFromStart: true,
    begin: () => app.admin.call('REPLICAOF', '127.0.0.1', '1'),
    end: () => app.admin.call('REPLICAOF', 'NO', 'ONE'),
    guarding: /takes no writes \(READONLY\)/,
  },
  'out of memory': {
    isFromStart: true,
    begin: () => app.admin.config('SET', 'maxmemory', '1'),
    end: () => app.admin.config('SET', 'maxmemory', '0'),
  },
  'a wrong password when the application starts': {
    isFromStart: true,
    connection: NARROW,
    begin: () => app.setUser('resetpass', '>another-secret'),
    end: () => app.setUser(),
    reading: /refuses the credentials of the application \(WRONGPASS\)/,
  },
  'a password that is changed': {
    connection: NARROW,
    begin: async () => {
      await app.setUser('resetpass', '>another-secret')
      await app.admin.call('CLIENT', 'KILL', 'USER', 'narrow')
    },
    end: () => app.setUser(),
    reading: /refuses the credentials of the application \(WRONGPASS\)/,
    guarding: /refuses the credentials of the application \(WRONGPASS\)/,
  },
  'a user who may not run the script': {
    connection: NARROW,
    begin: () => app.setUser('-lindex'),
    end: () => app.setUser(),
    reading: /the user of its Redis may not run EVAL, .*LINDEX.* on the keys of the queue: allow it \(NOPERM\)/,
  },
  'connections that an administrator kills': { begin: killed, end: async () => {} },
  'too many connections': {
    isFromStart: true,
    begin: async () => app.admin.config('SET', 'maxclients', '1'),
    end: async () => app.admin.config('SET', 'maxclients', '10000'),
    // The server closes them without a word that a client library passes on.
    reading: /cannot be reached/,
  },
  'busy with the script of somebody else': {
    begin: async () => {
      const other = new Redis(app.server.url)
      void other.eval('while true do end', 0).catch(() => other.disconnect())
      await sleep(200)
    },
    end: async () => {
      await app.admin.call('SCRIPT', 'KILL')
      await eventually(() => app.admin.get('a').catch(() => 'busy')).toBe(null)
    },
    reading: /is not ready \(BUSY\)/,
  },
}

describe.each(Object.entries(STATES))(
  'Redis is %s',
  (_state, { isFromStart, begin, end, reading, guarding, ...more }) => {
    it('one line, no other one at later polls, one line when it is over, and the worker has run every job', async () => {
      await app.setUser()
      const connection = app.through(more.connection)
      const before = isFromStart === true ? undefined : app.queue(connection)
      const early = before && app.worker(connection)
      if (before) {
        await before.add('before', {})
        await eventually(() => early).toEqual(['before'])
        await eventually(() => app.sizes()).toBeDefined()
        await sleep(500)
      }
      await begin()
      const queue = before ?? app.queue(connection)
      const ran = early ?? app.worker(connection)
      try {
        if (reading) await eventually(() => app.readingLines()).toHaveLength(1)
        if (guarding) await eventually(() => app.guardLines()).toHaveLength(1)
        await sleep(WHILE_MS)
        expect(app.readingLines()).toEqual(reading ? [expect.stringMatching(reading)] : [])
        if (guarding) expect(app.guardLines()).toEqual([expect.stringMatching(guarding)])
      } finally {
        await end()
      }
      await queue.add('after', {})
      await eventually(() => ran.at(-1)).toBe('after')
      if (reading) {
        await eventually(() => app.readingLines()).toHaveLength(2)
        expect(app.readingLines()[1]).toMatch(/: the sizes are read again, after \d+ s: the queue mail$/)
      }
      if (guarding) {
        await eventually(() => app.guardLines()).toHaveLength(2)
        expect(app.guardLines()[1]).toMatch(/: the stall guard can renew locks again, after \d+ s: the queue mail$/)
      }
      await eventually(() => app.sizes()).toMatchObject({ waiting: 0, active: 0 })
      expect(app.readingLines()).toHaveLength(reading ? 2 : 0)
      app.expectPlain()
    })
  },
)
