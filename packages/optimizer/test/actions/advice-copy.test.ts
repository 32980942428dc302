import { expect, it } from 'vitest'
import { copyReceipt } from '../../src/actions/receipt-copy.ts'

const advice = (more: Record<string, unknown>): unknown =>
  copyReceipt({ summary: 'x', effects: {}, advice: [{ what: 'a', why: 'b', ...more }] })?.advice?.[0]

it('the gain and the undo of advice are copied as far as they are valid', () => {
  const whole = { undo: 'DROP INDEX x', savedMsPerSecond: 1.5, gains: ['route /a', 'job b'] }
  expect(advice(whole)).toEqual({ what: 'a', why: 'b', ...whole })
  expect(advice({ undo: 'x'.repeat(4_001), savedMsPerSecond: -1, gains: [] })).toEqual({ what: 'a', why: 'b' })
  expect(advice({ undo: 5, savedMsPerSecond: Number.NaN, gains: 'route' })).toEqual({ what: 'a', why: 'b' })
  expect(advice({ gains: ['two\nlines', 5, 'y'.repeat(1_000), ...Array(20).fill('z')] })).toMatchObject({
    gains: ['two lines', 'y'.repeat(300), ...(Array(7).fill('z') as string[])],
  })
})
