import { knobActions, Knobs, Optimizer, type LedgerEntry, type Response } from '@homeostat/optimizer'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bullmq } from '../../src/domain.ts'

const TICK_MS = 500
const LONGEST_MS = 200_000
let server: Server

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

/**
 * As the domain answers, with shorter blocks. Eight pairs of blocks are the fewest that a verdict takes, and only when all of them agree. On a
 * busy machine some blocks lack a half, and in some the process has to wait, so there are twice as many.
 */
function hurried(response: Response): Response {
  const { expect: expected } = response
  return {
    ...response,
    expect: { ...expected!, expr: expected!.expr.replaceAll('[15s]', '[3s]'), settleMs: 3000 },
    guards: [],
    design: { kind: 'split', blocks: 16, blockMs: 6000 },
  }
}

test('a loop over a real queue proves within minutes that rescheduling heavy jobs helps, and runs each job once', async () => {
  const domain = bullmq({ pollIntervalMs: 500 })
  const { instrumentation } = domain
  instrumentation.enable()
  const base = { connection: { host: server.host, port: server.port }, prefix: crypto.randomUUID() }
  const runs = new Map<string, number>()
  const worker = new Worker(
    'mixed',
    async ({ name, id = '' }) => {
      runs.set(id, (runs.get(id) ?? 0) + 1)
      // It computes, and lets others run in between.
      for (let step = 0; step < (name === 'heavy' ? 5 : 0); step++) {
        for (const until = performance.now() + 15; performance.now() < until;);
        await new Promise(resolve => setImmediate(resolve))
      }
    },
    { ...base, concurrency: 8 },
  )
  const queue = new Queue('mixed', base)
  let deferred = 0
  const burst = async (): Promise<void> => {
    const jobs = ['heavy', 'heavy', 'heavy', 'heavy', 'heavy', 'light', 'light', 'light']
    await queue.addBulk(jobs.map(name => ({ name, data: {} })))
    deferred = Math.max(deferred, await queue.getDelayedCount())
  }
  const knob = domain.knobs.find(({ name }) => name === 'queue.admission.loop')!
  const optimizer = new Optimizer({
    registries: [instrumentation.registry],
    rules: [{ alert: 'JobsDelayLoop', expr: 'max(homeostat_queue_job_cpu_time) >= 0.005', for: '0s' }],
    responses: domain.responses.filter(({ action }) => action === 'queue.rescheduleHeavyTasks').map(hurried),
    actions: knobActions(knob, new Knobs({ knobs: [knob], service: 'shop', clock: Date.now })),
    intervalMs: TICK_MS,
    warmUpMs: 0,
    modeOf: () => 'act',
    environment: {},
    clock: Date.now,
  })
  let verdict: LedgerEntry['verdicts'][number] | undefined
  let deferredInTrial = 0
  for (let ticks = 0; ticks * TICK_MS < LONGEST_MS && verdict === undefined; ticks++) {
    if (ticks % 2 === 0) await burst()
    const { entry } = await optimizer.tickAndWait(Date.now())
    verdict = entry.verdicts[0]
    if (verdict === undefined) deferredInTrial = deferred
    await new Promise(next => setTimeout(next, TICK_MS))
  }
  expect(verdict, JSON.stringify(verdict)).toMatchObject({
    action: 'queue.rescheduleHeavyTasks',
    verdict: 'effective',
    state: 'kept',
  })
  expect(deferredInTrial).toBe(0)
  expect(knob.read()).toBe(1)
  await optimizer.stop()
  const counts = (): Promise<Record<string, number>> => queue.getJobCounts('waiting', 'active', 'delayed', 'failed')
  await expect.poll(counts, { timeout: 30_000 }).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
  expect(new Set(runs.values())).toEqual(new Set([1]))
  await Promise.all([worker.close(), queue.close()])
  instrumentation.disable()
}, 300_000)
