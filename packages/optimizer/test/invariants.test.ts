import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LedgerEntry, Receipt } from '../src/index.ts'
import { Loop, START, relieve, response } from './loop.ts'

/** How the action behaves, drawn anew for each run. */
const behaviour = fc.constantFrom('works', 'does nothing', 'throws')

const receipts: Record<string, Receipt> = {
  works: { summary: 'relieved', effects: { plants: 1 } },
  'does nothing': { summary: 'nothing', effects: { plants: 0 } },
}

/** One step of the world: what the plant shows, and whether somebody trips or resets the kill switch. */
const step = fc.record({
  value: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined, freq: 4 }),
  killSwitch: fc.constantFrom('leave', 'leave', 'leave', 'trip', 'reset'),
  behaviour,
})

test('in any world: no action without fresh data, in cooldown, or with the kill switch tripped; one open trial per resource; every trial ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.boolean(), async (steps, isActing) => {
      let next = 'works'
      const act = (): Promise<Receipt> => {
        const receipt = receipts[next]
        return receipt ? Promise.resolve(receipt) : Promise.reject(new Error('no'))
      }
      const loop = new Loop({
        modeOf: () => (isActing ? 'act' : 'advise'),
        warmUpMs: 10_000,
        responses: [response, { ...response, action: 'second.relieve' }],
        actions: [relieve(act), relieve(act, { name: 'second.relieve' })],
      })
      const { killSwitch, trials } = loop.optimizer
      const lastStart = new Map<string, number>()

      for (const { value, killSwitch: move, behaviour: drawn } of steps) {
        next = drawn
        if (move === 'trip') killSwitch.trip('the test')
        if (move === 'reset') killSwitch.reset()
        if (value === undefined) loop.pressure.clear()
        else loop.pressure.set(value)
        const { entry } = await loop.optimizer.tickAndWait(loop.now)

        for (const { action } of entry.started) {
          expect(isActing).toBe(true)
          expect(value).toBeGreaterThan(0.8)
          expect(killSwitch.state.tripped).toBe(false)
          expect(loop.now - (lastStart.get(action) ?? -Infinity)).toBeGreaterThanOrEqual(60_000)
          lastStart.set(action, loop.now)
        }
        expect(trials.open.filter(({ arm }) => arm !== 'shadow').length).toBeLessThanOrEqual(1)
        expect(answered(entry)).toBe(true)
        loop.now += 5000
      }

      await loop.run(loop.now - START + 60_000, () => 0)
      expect(trials.open).toEqual([])
    }),
    { numRuns: 150 },
  )
})

/** Every firing is answered by a decision or by a refusal with a reason. */
function answered({ firings, decisions, refusals }: LedgerEntry): boolean {
  return firings.every(firing => [...decisions, ...refusals].some(outcome => outcome.firing === firing))
}
