import * as api from '@opentelemetry/api'
import { afterEach, expect, test, vi } from 'vitest'
import { ledgerNews } from '../../src/ledger/telemetry/ledger-events.ts'
import { Loop, engineValue, relieve } from '../loop.ts'

afterEach(() => {
  api.trace.disable()
  api.logs.disable()
})

const SECRET = 'hunter2'

test('runs become spans and events; the text of an error stays in the process', async () => {
  const spans: { name: string; attributes: unknown }[] = []
  const records: unknown[] = []
  const span = (name: string, attributes: unknown): api.Span => {
    spans.push({ name, attributes })
    return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT)
  }
  api.trace.setGlobalTracerProvider({
    getTracer: () => ({ startSpan: (name, options) => span(name, options?.attributes), startActiveSpan: vi.fn() }),
  })
  api.logs.setGlobalLoggerProvider({
    getLogger: () => ({ emit: (record: unknown) => void records.push(record), enabled: () => true }),
  } as unknown as api.LoggerProvider)
  const loop = new Loop({ actions: [relieve(async () => Promise.reject(new Error(`password ${SECRET} is wrong`)))] })

  await loop.run(30_000, () => 0.9)

  expect(spans).toMatchObject([
    { name: 'homeostat.action', attributes: { 'homeostat.action.name': 'plant.relieve', 'error.type': 'Error' } },
  ])
  const names = records.map(record => (record as { eventName: string }).eventName)
  expect(names).toEqual(['homeostat.alert', 'homeostat.decision', 'homeostat.action.ended', 'homeostat.verdict'])
  expect(JSON.stringify([spans, records, loop.engine.collect(loop.now)])).not.toContain(SECRET)
  expect(JSON.stringify(loop.optimizer.explain('plant.relieve#1'))).not.toContain(SECRET)
  expect(loop.optimizer.explain('plant.relieve#1')?.line).toMatch(/failed: Error at telemetry\.test\.ts:\d+:\d+/)
})

test.each([
  [
    'of ours has its words',
    Object.assign(new Error('the edge has no address'), { code: 'HOMEOSTAT_EDGE' }),
    /: the edge has no address$/,
  ],
  [
    'of others has its type and place',
    new TypeError(`password ${SECRET} is wrong`),
    /: TypeError at telemetry\.test\.ts:\d+:\d+$/,
  ],
])('the line about a run that failed with an error %s', async (_, error, why) => {
  const loop = new Loop({ actions: [relieve(async () => Promise.reject(error))] })
  const lines: string[] = []
  loop.optimizer.on(entry => void lines.push(...ledgerNews(entry).map(({ text }) => text)))

  await loop.run(30_000, () => 0.9)

  const failed = lines.filter(line => line.startsWith('plant.relieve#1 for PressureHigh: failed'))
  expect(failed.length).toBeGreaterThan(0)
  for (const line of failed) expect(line).toMatch(why)
  expect(lines.join('\n')).not.toContain(SECRET)
})

test('metrics show the heartbeat, the mode and the alerts by state', async () => {
  const loop = new Loop({ actions: [relieve(async () => ({ summary: '', effects: { plants: 1 } }))] })

  await loop.run(20_000, elapsed => (elapsed < 15_000 ? 0.9 : 0.1))

  expect(engineValue(loop, 'homeostat.heartbeat')).toBe(5)
  expect(engineValue(loop, 'homeostat.engine.mode', { mode: 'act' })).toBe(1)
  expect(engineValue(loop, 'homeostat.alerts', { alert: 'PressureHigh', state: 'firing' })).toBe(0)
  expect(engineValue(loop, 'homeostat.action.runs', { result: 'completed' })).toBe(1)
})

test('an action is explained by its latest trial, and by why it does not run where there was none', async () => {
  const action = relieve(async () => ({ summary: '', effects: { plants: 1 } }))
  const loop = new Loop({ actions: [action] })
  await loop.run(20_000, elapsed => (elapsed < 15_000 ? 0.9 : 0.1))
  expect(loop.optimizer.explain('plant.relieve')).toEqual(loop.optimizer.explain('plant.relieve#1'))
  expect(loop.optimizer.explain('plant.relieve')?.line).toContain('plant.relieve#1')
  expect(loop.optimizer.explain('plant.other')).toBeUndefined()

  const stopped = new Loop({ actions: [action] })
  stopped.optimizer.killSwitch.trip('an operator')
  await stopped.run(20_000, () => 0.9)
  expect(stopped.optimizer.explain('plant.relieve')?.line).toContain('the kill switch is tripped by an operator')
})

test('a listener that throws is contained and counted', async () => {
  const loop = new Loop({ actions: [] })
  loop.optimizer.on(() => {
    throw new TypeError('bad listener')
  })

  await loop.run(5000, () => 0.1)

  expect(engineValue(loop, 'homeostat.errors', { component: 'telemetry', type: 'TypeError' })).toBe(2)
})

test('a listener that rejects is contained and counted', async () => {
  const loop = new Loop({ actions: [] })
  loop.optimizer.on(async () => Promise.reject(new RangeError('bad listener')))

  await loop.run(5000, () => 0.1)
  await Promise.resolve()

  expect(engineValue(loop, 'homeostat.errors', { component: 'telemetry', type: 'RangeError' })).toBe(2)
})

test('in mode shadow decisions are in the ledger and the metrics, without events', async () => {
  const records: unknown[] = []
  api.logs.setGlobalLoggerProvider({
    getLogger: () => ({ emit: (record: unknown) => void records.push(record), enabled: () => true }),
  } as unknown as api.LoggerProvider)
  const loop = new Loop({
    modeOf: () => 'shadow',
    actions: [relieve(async () => ({ summary: '', effects: { plants: 1 } }))],
  })

  const entries = await loop.run(20_000, () => 0.9)

  expect(records).toEqual([])
  expect(entries.at(-1)?.refusals).toMatchObject([{ reason: 'mode', mode: 'shadow' }])
  expect(engineValue(loop, 'homeostat.alerts', { alert: 'PressureHigh', state: 'firing' })).toBe(1)
})

test('the ledger keeps what was done and what began for an hour, and what was merely firing for five minutes', async () => {
  const loop = new Loop({ actions: [relieve(async () => ({ summary: '', effects: { plants: 1 } }))] })

  await loop.run(600_000, () => 0.9)

  const { entries } = loop.optimizer.ledger
  expect(entries[2]?.decisions).toHaveLength(1)
  const firing = entries.filter(entry => entry.firings.length > 0)
  expect(firing.filter(({ abridged }) => abridged === undefined)).toHaveLength(60)
  expect(firing.filter(({ abridged }) => abridged).map(({ id }) => id)).toEqual([3])
})
