import * as api from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test } from 'vitest'
import { Loop, relieve, response } from '../loop.ts'

afterEach(() => api.trace.disable())

test('a run, its verification and its revert are one trace, linked to the requests of its time', async () => {
  const exporter = new InMemorySpanExporter()
  let isOpen = false
  const loop = new Loop({
    responses: [response],
    actions: [
      relieve(async () => {
        isOpen = true
        return {
          summary: 'opened',
          effects: { valves: 1 },
          undo: async () => ((isOpen = false), { result: 'restored' as const }),
        }
      }),
    ],
  })
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter }), loop.optimizer.traces],
  })
  api.trace.setGlobalTracerProvider(provider)
  const request = (name: string): api.SpanContext => {
    const span = provider.getTracer('shop').startSpan(name, { kind: api.SpanKind.SERVER })
    span.end()
    return span.spanContext()
  }

  await loop.run(5000, () => 0.9)
  const during = request('GET /orders')
  await loop.run(120_000, () => (isOpen ? 0.85 : 0.9))

  const spans = exporter.getFinishedSpans().filter(({ name }) => name.startsWith('homeostat.'))
  const run = spans.find(({ name }) => name === 'homeostat.action')
  expect(run?.links.map(({ context }) => context.spanId)).toEqual([during.spanId])
  const children = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === run?.spanContext().spanId)
  expect(children.map(({ name }) => name)).toEqual(['homeostat.verify', 'homeostat.revert'])
  expect(children.at(-1)?.attributes).toMatchObject({
    'homeostat.revert.cause': 'undecided',
    'homeostat.revert.result': 'restored',
  })
  await provider.shutdown()
})
