import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProvenService } from './proven-service.ts'

/** What may happen to a proof; the numbers are ticks. */
const happenings = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.constantFrom('pause' as const, 'resume' as const, 'start' as const) },
  { weight: 1, arbitrary: fc.constantFrom('abort' as const, 'silence' as const, 'kill switch' as const) },
)

test('after any sequence of pauses, ends and kill switches everything is reverted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happenings, { maxLength: 12 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom('memory' as const, 'outside' as const),
      async (sequence, seed, keptIn) => {
        const service = new ProvenService({ keptIn, seed, level: valve => (valve === 4 ? 0.9 : 1) })
        await service.start({ seed })
        for (const what of sequence) {
          if (typeof what === 'number') await service.tick(what)
          else if (what === 'silence') await service.tick(5, false)
          else if (what === 'start') await service.start({ seed: seed + 1 })
          else if (what === 'kill switch') {
            service.optimizer.killSwitch.trip('the operator')
            await service.prover.settled()
            service.optimizer.killSwitch.reset()
          } else await service.do(what)
          await service.prover.settled()
          const { state } = await service.state()
          if (state !== 'running') {
            expect([service.valve, await service.placebo.read()]).toEqual([8, 0])
            expect(service.knobs.adjusted).toEqual([])
          }
        }
        await service.close()
        expect([service.valve, await service.placebo.read()]).toEqual([8, 0])
        expect(service.stood.every(value => value === 4 || value === 8)).toBe(true)
      },
    ),
    { numRuns: 60 },
  )
})

test('an abort while a switch is under way waits for it, and reverts it', async () => {
  const begun = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const stood: number[] = []
  const service: ProvenService = new ProvenService({
    set: async (expected, next) => {
      begun.resolve()
      await arrived.promise
      if (service.valve !== expected) return false
      service.valve = next
      stood.push(next)
      return true
    },
  })
  // The first block of this seed has the knob on.
  const starting = service.start({ seed: 7 })
  await begun.promise
  const aborted = service.do('abort')
  arrived.resolve()
  await Promise.all([starting, aborted])
  await service.close()
  expect({ valve: service.valve, stood }).toEqual({ valve: 8, stood: [4, 8] })
})
