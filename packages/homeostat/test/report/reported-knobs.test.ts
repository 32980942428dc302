import { afterEach, expect, test } from 'vitest'
import type { Optimizer } from '@homeostat/optimizer'
import type { ReportedKnob } from '../../src/report/report.ts'
import { reportedKnobs, type ReportedKnobsContext } from '../../src/report/reported-knobs.ts'
import { ProvenService, VALVE, type ServiceOptions } from '../proof/proven-service.ts'

const open: ProvenService[] = []

function started(options: ServiceOptions): ProvenService {
  const service = new ProvenService({ keptIn: 'outside', ...options })
  open.push(service)
  return service
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(service => service.close()))
})

function reported({ knobs, optimizer, valveKnob }: ProvenService): ReportedKnob {
  const context = {
    domains: [],
    options: { knobs: [valveKnob] },
    modes: { ofAction: () => 'act' },
    faults: { contain: (_: string, work: () => unknown) => work() },
    standing: knobs,
    optimizer: optimizer satisfies Pick<Optimizer, 'trials' | 'proofs'>,
  } as unknown as ReportedKnobsContext
  return reportedKnobs(context)[0]!
}

/** Ticks until the valve stands elsewhere. */
async function untilSet(service: ProvenService): Promise<void> {
  for (let tick = 0; tick < 200 && service.valve === 8; tick++) await service.tick(1)
  expect(service.valve).toBe(4)
}

test('a knob that nobody has set is as the application has set it', () => {
  expect(reported(started({}))).toMatchObject({ name: VALVE, isAdjusted: false, setBy: { who: 'the application' } })
})

test('a knob that a proof holds names the proof, with the value that it has', async () => {
  const service = started({})
  await service.start()
  await untilSet(service)
  expect(reported(service)).toMatchObject({ value: 4, isAdjusted: true, setBy: { who: 'a proof', id: 'prove#1' } })
  await service.do('abort')
  await service.prover.settled()
  expect(reported(service)).toMatchObject({ value: undefined, isAdjusted: false, setBy: { who: 'the application' } })
})

test('a knob that a trial holds names the trial', async () => {
  const service = started({ mode: 'act', level: () => 2e9 })
  await untilSet(service)
  expect(reported(service)).toMatchObject({
    value: 4,
    setBy: { who: 'a trial', id: expect.stringMatching(/^plant\.valve#\d+$/) as string },
  })
})

test('a value of a person is one of a person, and says until when it is left alone', async () => {
  const service = started({ mode: 'act', level: () => 2e9 })
  await untilSet(service)
  service.valve = 6
  await service.knobs.undoAll()
  const { setBy } = reported(service)
  expect(setBy).toMatchObject({ who: 'a person' })
  expect(Date.parse((setBy as { until: string }).until)).toBe(service.knobs.excludedUntil(VALVE))
  expect(service.valve).toBe(6)
})
