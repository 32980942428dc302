import { quietNoise } from '@homeostat/lab/prove'
import { expect, test } from 'vitest'
import { GatheredLooks } from '../../src/cli/proofs/gathered-looks.ts'

const TICK_MS = 5000
/** The measure looks back 5 minutes: six blocks take longer than a process keeps values. */
const cut = { blockMs: 915_000, carryOverMs: 305_000 }
const KEPT = 720

const valuesUntil = (tick: number): (readonly [number, number])[] =>
  Array.from({ length: tick + 1 }, (_, each) => {
    const ms = each * TICK_MS
    return [ms, Math.floor(ms / cut.blockMs) % 2 === 0 ? 100 : 110] as const
  })

test('six blocks are observed although the process does not keep the first of them so long', () => {
  const looks = new GatheredLooks()
  const ticks = (6 * cut.blockMs) / TICK_MS
  for (let tick = 0; tick <= ticks; tick += 2) looks.add({ past: valuesUntil(tick).slice(-KEPT), switchedAt: [] })
  expect(quietNoise(valuesUntil(ticks).slice(-KEPT), [], cut)).toBeUndefined()
  expect(looks.noise(cut)).toBeCloseTo(quietNoise(valuesUntil(ticks), [], cut)!, 9)
})

test('a switch of an earlier look leaves its block out', () => {
  const looks = new GatheredLooks()
  const ticks = (6 * cut.blockMs) / TICK_MS
  looks.add({ past: valuesUntil(10), switchedAt: [10 * TICK_MS] })
  looks.add({ past: valuesUntil(ticks), switchedAt: [] })
  expect(looks.noise(cut)).toBe(quietNoise(valuesUntil(ticks), [10 * TICK_MS], cut))
})
