import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SlicedWork, Stopwatch } from '../../src/time/sliced-work.ts'
import { atOnce, type Steps } from '../../src/time/steps.ts'

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
