import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SlicedWork, Stopwatch, atOnce } from '../../src/time/sliced-work.ts'
import type { Steps } from '../../src/time/sliced-work.ts'
import { Loop, START, relieve } from '../loop.ts'

function* work(steps: number, stepMs: number, taken: number[] = []): Steps<string> {
  for (let step = 0; step < steps; step++) {
    const until = performance.now() + stepMs
    while (performance.now() < until);
    taken.push(step)
    yield
  }
  return 'done'
}

test('long work lets the event loop turn in between', async () => {
  const state = { isDone: false, turns: 0 }
  const sliced = new SlicedWork(work(20, 0.5), 1, new Stopwatch()).done.finally(() => (state.isDone = true))
  while (!state.isDone) {
    await nextTurn()
    state.turns++
  }

  expect(await sliced).toBe('done')
  expect(state.turns).toBeGreaterThanOrEqual(10)
})

test('work can be finished at once in the middle, each step once', async () => {
  const taken: number[] = []
  const sliced = new SlicedWork(work(10, 1, taken), 1, new Stopwatch())
  await nextTurn()
  await nextTurn()

  expect(sliced.finish()).toBe('done')
  expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(await sliced.done).toBe('done')
  expect(taken).toHaveLength(10)
})

test('the time of the rests is not counted', async () => {
  const watch = new Stopwatch()
  watch.rest()
  const rested = watch.ms
  atOnce(work(1, 5))
  expect(watch.ms).toBe(rested)
  watch.goOn()
  atOnce(work(1, 5))
  expect(watch.ms).toBeGreaterThanOrEqual(rested + 5)
})

test('a tick in slices finds and does the same as one at once', async () => {
  const ran = async (isSliced: boolean): Promise<unknown[]> => {
    const loop = new Loop({ actions: [relieve(async () => ({ summary: 'relieved', effects: { plants: 1 } }))] })
    const told: unknown[] = []
    for (; loop.now < START + 120_000; loop.now += 5000) {
      loop.pressure.set(0.9)
      const entry = isSliced ? await loop.optimizer.tickInSlices() : loop.optimizer.tick()
      await nextTurn()
      told.push({ ...entry, durationMs: 0 })
    }
    return told
  }
  const plain = (entries: unknown[]): unknown => JSON.parse(JSON.stringify(entries))

  expect(plain(await ran(true))).toEqual(plain(await ran(false)))
})

test('a tick that comes while another is halfway through finishes that one first', async () => {
  const loop = new Loop({ actions: [] })
  loop.pressure.set(0.9)
  const sliced = loop.optimizer.tickInSlices(START)
  const entry = loop.optimizer.tick(START + 5000)

  expect((await sliced).id).toBeLessThan(entry.id)
  expect(loop.optimizer.ledger.entries.map(({ now }) => now)).toEqual([START, START + 5000])
})
