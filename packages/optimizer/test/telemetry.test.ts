import * as api from '@opentelemetry/api'
import { afterEach, expect, test, vi } from 'vitest'
import { Loop, engineValue, relieve } from './loop.ts'

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
  expect(names).toEqual(['homeostat.alert', 'homeostat.action.ended', 'homeostat.verdict'])
  expect(JSON.stringify([spans, records, loop.engine.collect(loop.now)])).not.toContain(SECRET)
  expect(loop.optimizer.explain('plant.relieve#1')?.line).toContain(SECRET)
})

test('the heartbeat beats, the mode is told, and alerts are counted by state', async () => {
  const loop = new Loop({ actions: [relieve(async () => ({ summary: '', effects: { plants: 1 } }))] })

  await loop.run(20_000, elapsed => (elapsed < 15_000 ? 0.9 : 0.1))

  expect(engineValue(loop, 'homeostat.heartbeat')).toBe(5)
  expect(engineValue(loop, 'homeostat.engine.mode', { mode: 'act' })).toBe(1)
  expect(engineValue(loop, 'homeostat.alerts', { alert: 'PressureHigh', state: 'firing' })).toBe(0)
  expect(engineValue(loop, 'homeostat.action.runs', { result: 'completed' })).toBe(1)
})

test('a listener that throws reaches nobody and is counted', async () => {
  const loop = new Loop({ actions: [] })
  loop.optimizer.on(() => {
    throw new TypeError('bad listener')
  })

  await loop.run(5000, () => 0.1)

  expect(engineValue(loop, 'homeostat.errors', { component: 'telemetry', type: 'TypeError' })).toBe(2)
})
