import { expect, test } from 'vitest'
import type { ProveAnswer, ProveLook, ProveState } from '../../src/proof/prove-question.ts'
import { plan, response, startsServices, VALVE } from './proven-service.ts'

const started = startsServices()

test('what is not measured of a block is at least as long as the measure looks back', async () => {
  const expr = 'max_over_time(test_pressure[1m])'
  const service = started({ responses: [{ ...response, expect: { expr, direction: 'down' } }] })
  expect(await service.start({ blockMs: 120_000, carryOverMs: 60_000 })).toEqual({
    refused: 'carryOverMs must be at least 65000: so long the measure looks back',
  })
  expect(service.stood).toEqual([])
  expect(await service.start({ blockMs: 120_000, carryOverMs: 65_000 })).toMatchObject({ state: 'running' })
})

test('a measure of a reader is proven at the pace of the reader, once that is known', async () => {
  const service = started()
  const request = { knob: VALVE, to: 4, expr: 'foreign_lag', direction: 'down' } as const
  const look = async (): Promise<ProveLook> => (await service.ask({ ask: 'prove', do: 'look', request })) as ProveLook
  const begin = (carryOverMs: number): Promise<ProveAnswer<unknown>> =>
    service.ask({ ask: 'prove', do: 'start', request, plan: { ...plan, blockMs: 240_000, carryOverMs } })
  // The store keeps what somebody has asked for.
  await look()
  const deliver = async (lateMs = 0): Promise<void> => {
    await service.tick(12)
    service.now += lateMs
    service.offer('foreign.lag', 1)
    await service.tick()
  }
  await deliver()
  await deliver()
  expect((await look()).past.length).toBeGreaterThan(0)
  expect((await look()).intervalMs).toBeUndefined()
  const refused = 'how often the measure has a new value is not known before its reader has delivered three times'
  expect(await begin(65_000)).toEqual({ refused })
  await deliver()
  expect((await look()).intervalMs).toBe(65_000)
  // It has become slower by 7 ms since.
  await deliver(7)
  await deliver(7)
  expect(await begin(32_000)).toEqual({
    refused: 'carryOverMs must be at least 65007: so long the measure looks back',
  })
  expect(await begin(65_000)).toMatchObject({ state: 'running' })
  const { proof } = (await service.ask({ ask: 'prove', do: 'state', withData: true })) as ProveState
  expect(proof!.terms.carryOverMs).toBe(65_007)
})
