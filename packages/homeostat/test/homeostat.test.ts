import { afterEach, expect, test, vi } from 'vitest'
import type { HomeostatOptions, Response, Rule } from '../src/index.ts'
import { Homeostat, homeostat } from '../src/index.ts'
import { processAction } from './process-action.ts'

let h: Homeostat | undefined

afterEach(async () => {
  await h?.stop()
  h = undefined
  vi.restoreAllMocks()
})

const rule: Rule = { alert: 'Always', expr: 'vector(1)' }
const respondWith = (action: string): Response => ({ to: { alert: 'Always' }, action, priority: 'efficiency' })

const start = (options: HomeostatOptions): Homeostat =>
  (h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, ...options }))

test('optimizePerformance applies what is due: one failing action never stops another', async () => {
  start({
    mode: 'act',
    rules: [rule],
    responses: [respondWith('good'), respondWith('bad')],
    actions: [
      processAction('good', async () => ({ summary: 'did it', effects: { things: 1 } })),
      processAction('bad', async () => Promise.reject(new Error('no'))),
    ],
  })

  const result = await h!.optimizePerformance()

  expect(result).toEqual({
    optimizationsApplied: 2,
    successful: 1,
    failed: 1,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  })
})

test('by default nothing is applied', async () => {
  start({
    rules: [rule],
    responses: [respondWith('good')],
    actions: [processAction('good', async () => ({ summary: '', effects: { n: 1 } }))],
  })

  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 0, successful: 0, failed: 0 })
  expect(h!.mode).toBe('advise')
})

test('a package acts when it alone is switched on, and maxMode holds all of them back', async () => {
  const options: HomeostatOptions = {
    rules: [rule],
    responses: [respondWith('good')],
    actions: [processAction('good', async () => ({ summary: '', effects: { n: 1 } }))],
    actionModes: { good: 'act' },
  }
  start(options)
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 1 })
  await h!.stop()

  start({ ...options, maxMode: 'advise' })
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 0 })
})

test('a mode that is not valid is one clear warning, and the careful mode', () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  start({ mode: 'atc' as never })

  expect(h!.mode).toBe('advise')
  expect(warning.mock.calls.map(([message]) => message)).toEqual([
    'mode is "atc", but must be off, shadow, advise or act; advise is used; did you mean act?',
  ])
})

test('HOMEOSTAT_MODE sets the mode where the code does not', () => {
  start({ environment: { HOMEOSTAT_MODE: 'shadow' } })
  expect(h!.mode).toBe('shadow')
})

test('the kill switch stops acting until it is reset', async () => {
  start({
    mode: 'act',
    rules: [rule],
    responses: [{ ...respondWith('good'), cooldownMs: 0 }],
    actions: [processAction('good', async () => ({ summary: '', effects: { n: 1 } }))],
  })

  h!.disable('the operator')
  expect(h!.mode).toBe('off')
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 0 })
  expect(h!.explain('Always')?.line).toBe(
    'Always is firing (value 1): good does not run: the kill switch is tripped by the operator',
  )

  h!.enable()
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 1 })
})

test('measureEventLoopLag is in milliseconds', async () => {
  start({})
  const lag = h!.measureEventLoopLag()
  const until = performance.now() + 30
  while (performance.now() < until);
  expect(await lag).toBeGreaterThan(25)
})

test('stopping leaves no timer behind', async () => {
  const before = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const other = homeostat()
  for (const instrumentation of other.instrumentations) instrumentation.enable()
  await other.stop()
  expect(process.getActiveResourcesInfo().filter(name => name === 'Timeout').length).toBeLessThanOrEqual(before)
})

test('off evaluates no rule: a package only measures', async () => {
  start({ mode: 'off', pg: { mode: 'advise' }, rules: [rule] })

  expect(h!.optimizer.rules.health.map(({ rule }) => ('alert' in rule ? rule.alert : rule.record))).toEqual([
    'SlowQueries',
    'StatementsRepeated',
    'AnswersHeld',
    'LocksHeld',
    'PoolExhausted',
    'ConnectionsLeaked',
  ])
  expect((await h!.optimizePerformance()).optimizationsApplied).toBe(0)
})

test('each mistake in the options is one clear warning, and Homeostat starts', () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  start({
    intervalMs: Number.NaN,
    actionModes: { 'cache.wram': 'act' },
    rules: [{ alert: 'Broken', expr: 'sum by (' }, rule],
    responses: [respondWith('cache.wram'), { ...respondWith('cache.warm'), to: { alert: 'Allways' } }],
  })

  expect(warning.mock.calls.map(([message]) => message)).toEqual([
    'intervalMs is NaN, but must be a whole number from 10 to 3600000 (ms); 5000 is used',
    'actionModes names cache.wram, but no package in use provides such an action; did you mean cache.warm?',
    'responses[0], to Always: no package in use provides an action or a knob "cache.wram"; did you mean cache.warm?',
    'responses[1], to Allways: no rule in use raises an alert "Allways"; did you mean Always?',
    expect.stringMatching(/^rule "Broken", expr: /),
  ])
})

test('a package of your own takes the place of ours of the same name', async () => {
  const { ioredis } = await import('@homeostat/ioredis/domain')
  const redis = ioredis()
  start({ domains: [redis] })

  expect(h!.instrumentations).toContain(redis.instrumentation)
  expect(
    h!.instrumentations.filter(({ instrumentationName }) => instrumentationName === '@homeostat/ioredis'),
  ).toHaveLength(1)
})

test('after stop() nothing acts any more', async () => {
  let runs = 0
  start({
    mode: 'act',
    rules: [rule],
    responses: [respondWith('good')],
    actions: [processAction('good', async () => ({ summary: '', effects: { n: ++runs } }))],
  })

  await h!.stop()
  expect(await h!.optimizePerformance()).toMatchObject({ optimizationsApplied: 0 })
  expect(runs).toBe(0)
})
