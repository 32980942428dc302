import * as api from '@opentelemetry/api'
import { ledgerNews } from '@homeostat/optimizer/parts'
import { afterEach, expect, test, vi } from 'vitest'
import { type ProvenService, startsServices } from './proven-service.ts'

const started = startsServices()

const lines = (service: ProvenService): string[] =>
  service.optimizer.ledger.entries.flatMap(entry => ledgerNews(entry).map(({ text }) => text))

afterEach(() => {
  api.trace.disable()
  api.logs.disable()
})

const STARTED =
  'prove#1 of plant.valve: a person switches it between 8 and 4, in 16 blocks of 60 s; homeostat prove abort ends it'

test('a proof is in the ledger from its start to its verdicts, and thereby in logs, timeline and explain', async () => {
  const spans: unknown[] = []
  const records: unknown[] = []
  api.trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan: (name, options) => {
        spans.push({ name, ...options?.attributes })
        return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT)
      },
      startActiveSpan: vi.fn(),
    }),
  })
  api.logs.setGlobalLoggerProvider({
    getLogger: () => ({ emit: (record: unknown) => void records.push(record), enabled: () => true }),
  } as unknown as api.LoggerProvider)
  const service = started({ level: valve => (valve === 4 ? 0.8 : 1) })
  await service.start()
  await service.tick()
  expect(lines(service)).toEqual([STARTED])
  expect(service.optimizer.explain('plant.valve')!.line).toBe(STARTED)
  await service.finish()
  await service.tick()

  const { proofs } = service.optimizer.ledger.entries.at(-1)!
  expect(proofs).toMatchObject([
    { id: 'prove#1', knob: 'plant.valve', change: 'ended', verdict: 'effective', isInOrder: true },
  ])
  expect(proofs[0]!.placebo).toMatch(/^(?:no_effect|inconclusive)$/)
  const ended = expect.stringMatching(
    /^prove#1 of plant\.valve: all 8 pairs are measured\. plant\.valve at 4 changes the measure by -\d+ % \(.*\): effective\. plant\.valve: restored, placebo: restored$/,
  )
  expect(lines(service)).toEqual([STARTED, ended])
  for (const id of ['prove#1', 'plant.valve']) expect(service.optimizer.explain(id)!.line).toEqual(ended)
  const about = { 'homeostat.action.name': 'plant.valve', 'homeostat.trial.id': 'prove#1' }
  const verdicts = { 'homeostat.verdict': 'effective', 'homeostat.proof.placebo.verdict': proofs[0]!.placebo }
  expect(spans).toEqual([{ name: 'homeostat.proof', ...about, 'homeostat.proof.change': 'ended', ...verdicts }])
  expect(records).toMatchObject([
    { eventName: 'homeostat.proof', body: STARTED, attributes: { ...about, 'homeostat.proof.change': 'started' } },
    { eventName: 'homeostat.proof', body: ended, attributes: { ...about, ...verdicts } },
  ])
})

test('pauses and an end that was not planned are there as well, and each once', async () => {
  const service = started()
  await service.start()
  await service.do('pause')
  await service.do('pause')
  await service.do('resume')
  await service.tick()
  await service.do('abort')
  await service.tick(3)
  const news = service.optimizer.ledger.entries.flatMap(({ proofs }) => proofs)
  expect(news.map(({ change }) => change)).toEqual(['started', 'paused', 'resumed', 'ended'])
  expect(news.at(-1)).toMatchObject({
    verdict: 'inconclusive',
    placebo: 'inconclusive',
    isInOrder: false,
    line: 'a person has aborted it. No verdict: the proof ended before it had enough pairs. plant.valve: restored, placebo: restored',
  })
})

test('a proof that ends with the loop is in its last entry', async () => {
  const service = started()
  await service.start()
  await service.tick(2)
  await service.prover[Symbol.asyncDispose]()
  await service.optimizer.stop()
  expect(service.optimizer.ledger.entries.at(-1)!.proofs).toMatchObject([{ change: 'ended', isInOrder: false }])
})
