import { expect, it } from 'vitest'
import { lateOrders } from '../src/load/late-orders.ts'

const NOW = 100_000

it('counts orders that were announced too late, and those that were not although it is time', () => {
  const paidAt = new Map([
    ['in time', 10_000],
    ['late', 10_000],
    ['never', 10_000],
  ])
  const announcedAt = new Map([
    ['in time', 25_000],
    ['late', 25_001],
    // Paid, and the answer to it was lost: nobody waits for it.
    ['of nobody', 99_000],
  ])
  expect(lateOrders(paidAt, announcedAt, NOW)).toBe(2)
})

it('does not count an order that can still be announced in time', () => {
  expect(lateOrders(new Map([['just now', NOW - 15_000]]), new Map(), NOW)).toBe(0)
  expect(lateOrders(new Map([['overdue', NOW - 15_001]]), new Map(), NOW)).toBe(1)
})
