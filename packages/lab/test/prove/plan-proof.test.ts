import { expect, test } from 'vitest'
import { planProof, type PlanInput } from '../../src/prove/index.ts'

const input: PlanInput = {
  direction: 'down',
  worth: 0.1,
  power: 0.8,
  noise: 0.1,
  isNoiseObserved: false,
  intervalMs: 5000,
  rangeMs: 0,
  seed: 1,
}

test('a plan says how long which effect takes', () => {
  expect(planProof(input)).toMatchObject({
    blockMs: 60_000,
    carryOverMs: 5000,
    isCarryOverDeclared: false,
    lines: ['to see -10 % with 80 % power: 20 blocks of 60 seconds, total 20m (assumed noise of 10 % between blocks)'],
  })
})

test('the range of the measure is not measured, and blocks are three times as long', () => {
  expect(planProof({ ...input, rangeMs: 60_000 })).toMatchObject({ carryOverMs: 65_000, blockMs: 195_000 })
})

test('a declared time is added to the range of the measure, which holds values of the block before', () => {
  const declared = { ...input, carryOverMs: 5000 }
  expect(planProof(declared)).toMatchObject({ carryOverMs: 10_000, isCarryOverDeclared: true })
  expect(planProof({ ...declared, rangeMs: 300_000 })).toMatchObject({ carryOverMs: 310_000, blockMs: 930_000 })
  expect(() => planProof({ ...declared, rangeMs: 300_000, blockMs: 60_000 })).toThrow('5m10s of each is not measured')
})

test('a person may say how many pairs, or how long', () => {
  const fewer = planProof({ ...input, pairs: 6 })
  expect(fewer).toMatchObject({ pairs: 6, totalMs: 720_000 })
  expect(fewer.lines[1]).toBe('it will run 12 blocks of 60 seconds, total 12m, which may not suffice')
  const longer = planProof({ ...input, mostMs: 3_600_000 })
  expect(longer).toMatchObject({ pairs: 30 })
  expect(longer.lines[1]).toBe('it will run 60 blocks of 60 seconds, total 1h')
})

test.each([
  [{ pairs: 5 }, '5 pairs cannot be significant: 6 pairs of 1m blocks take 12m'],
  [{ mostMs: 60_000 }, '0 pairs cannot be significant'],
  [{ pairs: 501 }, '501 pairs are more than 500'],
  [
    { blockMs: 20_000 },
    'blocks of 20s are too short: 5s of each is not measured, and 4 values take 20s more; the shortest are blocks of 25s',
  ],
  [{ noise: 2, worth: 0.01 }, 'to see -1 % with 80 % power takes more than 1000 blocks'],
] as const)('%o is refused', (changes, message) => {
  expect(() => planProof({ ...input, ...changes })).toThrow(message)
})
