import { AsyncResource } from 'node:async_hooks'
import { EventEmitter, once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { runAsWork } from '@homeostat/signals'
import { expect, it } from 'vitest'
import { JobUse } from '../../src/costs/job-use.ts'
import { RunUse } from '../../src/costs/run-use.ts'
import { Segments } from '../../src/costs/segments.ts'

/** Segments count as they are on the clock: how much CPU the machine gives meanwhile is not what is tested here. */
const REAL_TIME = { random: () => 0.5, cpu: { read: () => performance.now(), costMs: 0.001 } }

function runOf(name: string): RunUse {
  return new RunUse(new JobUse('q', name), 0)
}

function segments(mostCallbacks = 1e6): Segments {
  return new Segments({ ...REAL_TIME, mostCallbacks, onFull: () => expect.fail('there is room') })
}

/** How long each kind of burn really took: the machine may do something else meanwhile. */
const took = { own: 0, other: 0 }

function burn(ms: number, as: 'own' | 'other' = 'own'): void {
  const start = performance.now()
  while (performance.now() < start + ms);
  took[as] += performance.now() - start
}

/** The time that two jobs have used that run at once, in milliseconds. The second one burns 20 ms in one piece. */
async function usedBy(call: () => unknown): Promise<{ own: number; other: number }> {
  took.own = took.other = 0
  const [own, other] = [runOf('own'), runOf('other')]
  const measured = segments()
  measured.open(performance.now())
  const as = async (use: RunUse, work: () => unknown): Promise<void> => {
    measured.enter(use)
    let result: unknown
    try {
      result = runAsWork(use, work)
    } finally {
      measured.leave()
    }
    await result
  }
  await Promise.all([
    as(own, call),
    as(other, () => new Promise(resolve => setTimeout(() => resolve(burn(20, 'other')), 1))),
  ])
  measured.close(performance.now())
  return { own: own.cpuMs, other: other.cpuMs }
}

const emitter = new EventEmitter()
const resource = new AsyncResource('test')

it.each<[string, () => unknown]>([
  ['the synchronous start', () => burn(20)],
  [
    'await',
    async () => {
      for (let i = 0; i < 20; i++) {
        await Promise.resolve()
        burn(1)
      }
    },
  ],
  [
    'process.nextTick',
    () =>
      new Promise<void>(resolve =>
        process.nextTick(() => {
          burn(20)
          resolve()
        }),
      ),
  ],
  [
    'queueMicrotask',
    () =>
      new Promise<void>(resolve =>
        queueMicrotask(() => {
          burn(20)
          resolve()
        }),
      ),
  ],
  [
    'timers',
    async () => {
      await new Promise<void>(resolve =>
        setTimeout(() => {
          burn(10)
          resolve()
        }, 1),
      )
      await new Promise<void>(resolve =>
        setImmediate(() => {
          burn(10)
          resolve()
        }),
      )
    },
  ],
  [
    'an async iterator',
    async () => {
      async function* pieces() {
        for (let i = 0; i < 4; i++) {
          await Promise.resolve()
          burn(5)
          yield i
        }
      }
      for await (const _ of pieces());
    },
  ],
  [
    'a thenable',
    async () => {
      await {
        // oxlint-disable-next-line unicorn/no-thenable -- this is what the case is about
        then: (resolve: () => void) => {
          burn(20)
          resolve()
        },
      }
    },
  ],
  [
    'an emitter',
    async () => {
      const done = once(emitter, 'x')
      emitter.once('x', () => burn(20))
      emitter.emit('x')
      await done
    },
  ],
  [
    'a resource of nobody inside',
    async () => {
      burn(10)
      resource.runInAsyncScope(() => burn(15))
      burn(10)
    },
  ],
])('%s is credited to the job that it belongs to', async (_, call) => {
  const { own, other } = await usedBy(call)
  expect(Math.abs(own / (own + other) - took.own / (took.own + took.other))).toBeLessThan(0.1)
})

it('work that goes on after the end of its job is not its cost', async () => {
  const use = runOf('ended')
  const measured = segments()
  measured.open(performance.now())
  const later = runAsWork(use, () => new Promise<void>(resolve => setTimeout(() => resolve(burn(20)), 5)))
  use.end(performance.now())
  await later
  measured.close(performance.now())
  expect(use.cpuMs).toBeLessThan(5)
})

it('an exception in a callback leaves nothing behind', async () => {
  const [use, after] = [runOf('throws'), runOf('after')]
  const measured = segments()
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const caught = once(process, 'uncaughtException')
  measured.open(performance.now())
  runAsWork(use, () =>
    setTimeout(() => {
      throw new Error('in a callback')
    }, 1),
  )
  await caught
  for (const listener of listeners) process.on('uncaughtException', listener)
  await runAsWork(after, () => new Promise<void>(resolve => setTimeout(() => resolve(burn(20)), 1)))
  await new Promise<void>(resolve => setTimeout(() => resolve(burn(20)), 1))
  measured.close(performance.now())
  expect(use.cpuMs).toBeLessThan(after.cpuMs / 2)
})

it('work that holds the loop for 10 ms at a time blocks it, also in many pieces; short pieces do not', async () => {
  const [blocks, pieces, short] = [runOf('blocks'), runOf('pieces'), runOf('short')]
  const measured = segments()
  measured.open(performance.now())
  await runAsWork(blocks, () => new Promise<void>(resolve => setTimeout(() => resolve(burn(30)), 1)))
  await new Promise(resolve => setTimeout(resolve, 5))
  await runAsWork(pieces, async () => {
    await new Promise(resolve => setTimeout(resolve, 1))
    for (let i = 0; i < 30; i++) {
      burn(1)
      await Promise.resolve()
    }
  })
  await new Promise(resolve => setTimeout(resolve, 5))
  await runAsWork(short, () => new Promise<void>(resolve => setTimeout(resolve, 1)))
  measured.close(performance.now())
  expect(blocks.blockedMs).toBeGreaterThanOrEqual(29)
  // The machine may do something else between two pieces.
  expect(pieces.blockedMs).toBeGreaterThanOrEqual(10)
  expect(short.blockedMs).toBe(0)
})

it('what a run held the loop for counts when the run ends', async () => {
  const run = runOf('blocks')
  const measured = segments()
  measured.open(performance.now())
  await runAsWork(run, () => new Promise<void>(resolve => setTimeout(() => resolve(burn(30)), 1)))
  run.end(performance.now())
  measured.ended(run)
  expect(run.blockedMs).toBeGreaterThanOrEqual(29)
  measured.close(performance.now())
})

it('a window with too many callbacks is closed, and nothing is measured outside of windows', async () => {
  const use = runOf('many')
  let closed = 0
  const measured = new Segments({
    ...REAL_TIME,
    mostCallbacks: 100,
    onFull: () => {
      closed += 1
      measured.close(performance.now())
    },
  })
  measured.open(performance.now())
  await runAsWork(use, async () => {
    for (let i = 0; i < 1000; i++) await Promise.resolve()
    const before = use.cpuMs
    burn(20)
    await Promise.resolve()
    expect(use.cpuMs).toBe(before)
  })
  expect(closed).toBe(1)
})
