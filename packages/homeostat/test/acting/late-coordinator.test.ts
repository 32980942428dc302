import type { Coordinator, CoordinatorCandidate } from '@homeostat/optimizer'
import { Fleet } from '@homeostat/optimizer'
import { expect, test } from 'vitest'
import { createLateCoordinator } from '../../src/acting/late-coordinator.ts'

const disruptive = { name: 'heap.compact', scope: 'process', disruptive: true } as const
const shared = { name: 'cache.warm', scope: 'shared' } as const
const REDIS = { name: 'redis', title: 'Redis' }
const claim = { timeoutMs: 1000 }

const candidate = (address: string): CoordinatorCandidate => ({
  engine: 'redis',
  address,
  create: () => {
    throw new Error('nobody is to be chosen here')
  },
})

function fleetOf(coordinator: Coordinator): Fleet {
  return new Fleet({ coordinator, member: 'a' })
}

test('a process that uses no server has no others: what is its own runs, what is shared does not', async () => {
  await using fleet = fleetOf(createLateCoordinator(() => [], REDIS))
  await fleet.beat()
  expect(fleet.state).toEqual({ coordinator: 'none' })
  expect(await fleet.acquire(disruptive, claim)).toMatchObject({ granted: true })
  expect(await fleet.acquire(shared, claim)).toMatchObject({
    granted: false,
    reason: 'it changes what other processes use too, and there is no coordinator: none is set',
  })
})

test('a process that uses two servers waits, and reports which option to set', async () => {
  await using fleet = fleetOf(createLateCoordinator(() => [candidate('a:6379/0'), candidate('b:6379/0')], REDIS))
  await expect
    .poll(() => fleet.refuse(disruptive))
    .toContain('2 Redis servers are in use (a:6379/0, b:6379/0); choose the one that coordinates')
  expect(await fleet.acquire(disruptive, claim)).toMatchObject({ granted: false })
  expect(await fleet.acquire(shared, claim)).toMatchObject({ granted: false })
})
