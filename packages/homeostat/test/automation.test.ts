import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HomeostatOptions, Knob } from '../src/index.ts'
import { Homeostat, homeostat } from '../src/index.ts'

let stateDir: string
let h: Homeostat | undefined

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'homeostat-test-'))
})

afterEach(async () => {
  await h?.stop()
  h = undefined
})

const start = (options: HomeostatOptions): Homeostat =>
  (h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, service: 'shop', stateDir, ...options }))

/** A worker whose concurrency anybody may set. */
class Worker {
  concurrency = 8
  readonly knob: Knob = {
    name: 'worker.concurrency',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 1, max: 50, grain: 1 },
    touches: ['queue'],
    read: () => this.concurrency,
    compareAndSet: (expected, next) => {
      if (this.concurrency !== expected) return false
      this.concurrency = next
      return true
    },
  }
}

const always = { alert: 'Always', expr: 'vector(1)' }
const halve: HomeostatOptions['responses'] = [
  { to: { alert: 'Always' }, action: 'worker.concurrency', options: { factor: 0.5 }, priority: 'slo' },
]

test('a response sets a knob by its name, and the end of Homeostat sets it back', async () => {
  const worker = new Worker()
  start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve })

  await h!.optimizePerformance()
  expect(worker.concurrency).toBe(4)

  await h!.stop()
  expect(worker.concurrency).toBe(8)
})

test('the kill switch sets it back at once', async () => {
  const worker = new Worker()
  start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve })
  await h!.optimizePerformance()

  h!.disable('the operator')
  await h!.optimizer.restored()

  expect(worker.concurrency).toBe(8)
})

test("a person's change stands, and the knob is left alone from then on", async () => {
  const worker = new Worker()
  start({ mode: 'act', knobs: [worker.knob], rules: [always], responses: halve })
  await h!.optimizePerformance()
  worker.concurrency = 20

  h!.disable('the operator')
  await h!.optimizer.restored()
  h!.enable()
  await h!.optimizePerformance()

  expect(worker.concurrency).toBe(20)
})

test('by default a knob is only spoken of', async () => {
  const worker = new Worker()
  start({ knobs: [worker.knob], rules: [always], responses: halve })

  await h!.optimizePerformance()

  expect(worker.concurrency).toBe(8)
  expect(h!.explain('Always')?.line).toContain('in act it would run worker.concurrency')
})

test('without a Redis or Postgres, what is shared is left alone, and the refusal says why', async () => {
  let runs = 0
  start({
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

  await h!.optimizePerformance()

  expect(runs).toBe(0)
  expect(h!.explain('Always')?.line).toMatch(/queue.pause refused by lease/)
})

test('what is known of actions outlives the process', async () => {
  const load = { name: 'load', run: 0 }
  const options: HomeostatOptions = {
    mode: 'act',
    rules: [{ alert: 'Always', expr: 'vector(1)' }],
    responses: [
      {
        to: { alert: 'Always' },
        action: 'load.shed',
        priority: 'efficiency',
        expect: { expr: 'vector(1)', direction: 'down', settleMs: 0, windowMs: 1 },
      },
    ],
    actions: [
      {
        name: 'load.shed',
        scope: 'process',
        touches: ['load'],
        raises: [],
        lowers: [],
        risk: 0,
        run: async () => (load.run++, { summary: 'shed', effects: { requests: 1 } }),
      },
    ],
  }
  start({ ...options, autoStart: true, intervalMs: 50 })
  await expect
    .poll(() => h!.optimizer.histories.all[0]?.save().trials, { timeout: 10_000 })
    .toSatisfy(
      (trials: { act: number; control: number } | undefined) => (trials?.act ?? 0) + (trials?.control ?? 0) > 0,
    )
  await h!.stop()
  const folder = join(stateDir, 'shop')
  expect(await readdir(folder)).toContain('histories.json')
  const saved = JSON.parse(await readFile(join(folder, 'histories.json'), 'utf8')) as Record<
    string,
    { trials: unknown }
  >

  start({ ...options, autoStart: true, intervalMs: 50 })
  await expect.poll(() => h!.optimizer.evidence()[0], { timeout: 10_000 }).toBeDefined()
  const { trials } = h!.optimizer.histories.all[0]!.save()

  const [before] = Object.values(saved) as [{ trials: { act: number; control: number } }]
  expect(trials.act + trials.control).toBeGreaterThanOrEqual(before.trials.act + before.trials.control)
})
