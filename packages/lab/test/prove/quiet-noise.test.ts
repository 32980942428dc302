import { expect, test } from 'vitest'
import { quietNoise, type Sample } from '../../src/prove/index.ts'
import { START, TICK_MS } from './plant-proof.ts'

const cut = { blockMs: 60_000, carryOverMs: 10_000 }
const PER_BLOCK = cut.blockMs / TICK_MS

/** Blocks that differ by 2 % in turn; where the knob is on, the level is twice as high. */
function samples(blocks: number, isOn: (block: number) => boolean = () => false): Sample[] {
  return Array.from({ length: blocks * PER_BLOCK }, (_, tick) => {
    const block = Math.floor(tick / PER_BLOCK)
    return [START + tick * TICK_MS, (isOn(block) ? 200 : 100) * (block % 2 === 0 ? 1 : 1.02)] as const
  })
}

const ticksOf = (...blocks: number[]): number[] =>
  blocks.flatMap(block => Array.from({ length: PER_BLOCK }, (_, tick) => START + (block * PER_BLOCK + tick) * TICK_MS))

test('the effect of a switch does not count as noise', () => {
  const noise = quietNoise(samples(8), [], cut)!
  expect(noise).toBeCloseTo(Math.log(1.02), 6)
  const isOn = (block: number): boolean => block === 3 || block === 8
  expect(quietNoise(samples(14, isOn), [], cut)).toBeGreaterThan(10 * noise)
  expect(quietNoise(samples(14, isOn), ticksOf(3, 8), cut)).toBeCloseTo(noise, 6)
})

test('a block in which something was switched once is left out as a whole', () => {
  const isOn = (block: number): boolean => block === 3
  expect(quietNoise(samples(14, isOn), [ticksOf(3)[0]!, ticksOf(4)[0]!], cut)).toBeCloseTo(Math.log(1.02), 6)
})

test('too few quiet blocks give nothing', () => {
  expect(quietNoise(samples(8), ticksOf(2, 3, 4), cut)).toBeUndefined()
  expect(quietNoise([], [], cut)).toBeUndefined()
})
