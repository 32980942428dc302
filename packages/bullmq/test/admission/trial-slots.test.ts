import { describe, expect, it } from 'vitest'
import { TrialSlots, type Arm, type Arms } from '../../src/admission/trial-slots.ts'

const evenFirst: Arms = pair => (Number(pair) % 2 === 0 ? 'act' : 'control')

/** The halves of the slots, looked at every 250 ms, in which earlier jobs go on for so long. */
function armsOf(slots: TrialSlots, { count, leftMs }: { count: number; leftMs: number }): Arm[] {
  const arms: Arm[] = [slots.arm]
  let begunAt = 0
  for (let now = 250; arms.length < count; now += 250) {
    if (!slots.advance(now, now - begunAt >= leftMs)) continue
    begunAt = now
    arms.push(slots.arm)
  }
  return arms
}

describe('the slots of a trial', () => {
  it('come in pairs with one of each half, in the order that is dealt', () => {
    const arms = armsOf(new TrialSlots(evenFirst, 0), { count: 8, leftMs: 0 })
    expect(arms).toEqual(['act', 'control', 'control', 'act', 'act', 'control', 'control', 'act'])
  })

  it('are measured for a second, from when nothing of the earlier ones goes on', () => {
    const slots = new TrialSlots(evenFirst, 0)
    expect([slots.advance(250, false), slots.isMeasured]).toEqual([false, false])
    expect([slots.advance(500, true), slots.isMeasured]).toEqual([false, true])
    // The jobs that had asked before have ended, and do not begin again.
    expect([slots.advance(1250, false), slots.isMeasured]).toEqual([false, true])
    expect([slots.advance(1500, true), slots.isMeasured]).toEqual([true, false])
  })

  it('end unmeasured where earlier jobs run on and on', () => {
    const slots = new TrialSlots(evenFirst, 0)
    for (let now = 250; now < 15_000; now += 250) expect(slots.advance(now, false)).toBe(false)
    expect([slots.advance(15_000, false), slots.isMeasured, slots.arm]).toEqual([true, false, 'control'])
  })
})
