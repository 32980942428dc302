import { expect, test, vi } from 'vitest'
import type { Homeostat, HomeostatOptions, Knob, Response } from '../../src/index.ts'
import { always, halve, Worker } from './crawler.ts'
import { homeostatUnderTest } from '../homeostat-under-test.ts'

const start = homeostatUnderTest()
let h: Homeostat

test('a response sets a knob by its name, and stop() reverts it', async () => {
  const worker = new Worker()
  h = start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve })

  await h.optimizePerformance()
  expect(worker.concurrency).toBe(4)

  await h.stop()
  expect(worker.concurrency).toBe(8)
})

test('a knob may be set by actions of other names, which know what to set and follow its mode', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const worker = new Worker()
  const knob: Knob = { ...worker.knob, actions: { 'crawler.slowDown': { to: 2 }, 'crawler.stop': { to: 1 } } }
  const action = 'crawler.slowDown'
  const answers: HomeostatOptions['responses'] = [{ to: { alert: 'Always' }, action, priority: 'slo' }]
  const options: HomeostatOptions = { knobs: [knob], rules: [always], responses: answers }

  h = start(options)
  await h.optimizePerformance()
  expect(worker.concurrency).toBe(8)
  expect(h.explain('Always')?.line).toContain(`mode is advise; in act it would run ${action}`)
  await h.stop()

  h = start({ ...options, mode: 'act', actionModes: { 'crawler.stop': 'off' } })
  await h.optimizePerformance()
  expect(worker.concurrency).toBe(2)
  expect(warning).not.toHaveBeenCalled()
})

test('a knob that a forecast had set is reverted before it is set for a present problem', async () => {
  const worker = new Worker()
  const knob: Knob = { ...worker.knob, actions: { 'crawler.slowDown': { to: 2 } } }
  const ahead = { alert: 'Ahead', expr: 'vector(1)' }
  const prepare: Response = {
    to: { alert: 'Ahead' },
    action: 'crawler.slowDown',
    priority: 'slo',
    preventive: true,
  }
  h = start({ mode: 'act', knobs: [knob], rules: [ahead], responses: [prepare] })
  await h.optimizePerformance()
  expect(worker.concurrency).toBe(2)

  h.optimizer.load({ rules: [ahead, always], responses: [prepare, ...halve] })
  await h.optimizePerformance()
  expect(h.explain('Always')?.line).toContain('crawler.slowDown is being reverted for it')
  await h.optimizer.restored()
  expect(worker.concurrency).toBe(8)

  await h.optimizePerformance()
  expect(worker.concurrency).toBe(4)
  expect(h.explain('crawler.slowDown#1')?.line).toContain(
    'ended for crawler.concurrency (Always is no longer a forecast)',
  )
})

test('the kill switch reverts it at once', async () => {
  const worker = new Worker()
  h = start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve })
  await h.optimizePerformance()

  h.disable('the operator')
  await h.optimizer.restored()

  expect(worker.concurrency).toBe(8)
})

test.each(['throws', 'hangs', 'forgets to say so'])(
  '2-20: the kill switch also undoes a set after which compareAndSet %s',
  async how => {
    const worker = new Worker()
    const { compareAndSet } = worker.knob
    const knob: Knob = {
      ...worker.knob,
      compareAndSet: (expected, next) => {
        const isSet = compareAndSet(expected, next)
        if (next === 8) return isSet
        if (how === 'throws') throw new Error('connection reset')
        return how === 'hangs' ? new Promise<boolean>(() => {}) : (undefined as never)
      },
    }
    h = start({ mode: 'act', knobs: [knob], rules: [always], responses: halve })
    const tick = h.optimizePerformance()
    await expect.poll(() => worker.concurrency, { timeout: 10_000 }).toBe(4)

    h.disable('the operator')

    await expect.poll(() => worker.concurrency, { timeout: 10_000 }).toBe(8)
    await tick
  },
)

test("a person's change stands, and the knob is left alone from then on", async () => {
  const worker = new Worker()
  h = start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve })
  await h.optimizePerformance()
  worker.concurrency = 20

  h.disable('the operator')
  await h.optimizer.restored()
  h.enable()
  await h.optimizePerformance()

  expect(worker.concurrency).toBe(20)
})

test('by default a knob is only spoken of', async () => {
  const worker = new Worker()
  h = start({ knobs: [worker.knob], rules: [always], responses: halve })

  await h.optimizePerformance()

  expect(worker.concurrency).toBe(8)
  expect(h.explain('Always')?.line).toContain('in act it would run crawler.concurrency')
})

test('without a Redis or Postgres shared actions do not run, and the refusal gives the reason', async () => {
  let runs = 0
  h = start({
    mode: 'act',
    rules: [always],
    responses: [{ to: { alert: 'Always' }, action: 'queue.pause', priority: 'slo' }],
    actions: [
      {
        name: 'queue.pause',
        scope: 'shared',
        touches: ['queue'],
        raises: [],
        lowers: [],
        risk: 1,
        run: async () => (runs++, { summary: 'paused', effects: { queues: 1 } }),
      },
    ],
  })

  await h.optimizePerformance()

  expect(runs).toBe(0)
  expect(h.explain('Always')?.line).toMatch(
    /queue.pause does not run: it changes what other processes use too, and there is no coordinator: set the option coordinator/,
  )
})
