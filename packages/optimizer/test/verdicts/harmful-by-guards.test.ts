import fc from 'fast-check'
import { expect, test } from 'vitest'
import { harmfulByGuards } from '../../src/verdicts/harmful-by-guards.ts'

test('an action under which things broke, and never without it, is harmful', () => {
  expect(harmfulByGuards(6, 7, 0, 6)).toStrictEqual({
    harmful: true,
    p: expect.closeTo(7 / 1716, 10),
    reason: 'guards breached in 6 of 7 act and 0 of 6 control trials (p 0.0041)',
  })
})

test('things that break as often without it do not make it harmful', () => {
  expect(harmfulByGuards(20, 20, 20, 20).harmful).toBe(false)
})

test('without controls nothing is harmful', () => {
  expect(harmfulByGuards(40, 40, 0, 0)).toMatchObject({ harmful: false, p: 1 })
  expect(harmfulByGuards(0, 0, 0, 0)).toMatchObject({ harmful: false, p: 1 })
})

test("is Fisher's exact test: the lady who tasted tea, 3 of 4", () => {
  expect(harmfulByGuards(3, 4, 1, 4).p).toBeCloseTo(17 / 70, 10)
})

test('p is a probability, and more breaches in act never raise it', () => {
  const counts = fc.tuple(
    fc.nat(60),
    fc.nat(60),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  fc.assert(
    fc.property(counts, ([acts, controls, a, c]) => {
      const inAct = Math.floor(a * acts)
      const inControl = Math.floor(c * controls)
      const { p } = harmfulByGuards(inAct, acts, inControl, controls)
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
      if (inAct < acts) expect(harmfulByGuards(inAct + 1, acts, inControl, controls).p).toBeLessThanOrEqual(p + 1e-9)
    }),
  )
})
