import { attributes as a, metrics } from '@homeostat/semconv'
import { beforeAll, describe, expect, it } from 'vitest'
import { createReplicaWeight } from '../../src/actions/replica-weight.ts'
import { PgInstrumentation } from '../../src/instrumentation.ts'
import { points } from '../collected.ts'
import { balanceOf, type RoutedTestPool } from './pool/routed.ts'
import { RoutedServers } from './pool/routed-servers.ts'

const knob = createReplicaWeight()

beforeAll(() => {
  expect(knob.unready?.({ by: 0.25 })).toBe('this process has no pool of createReplicaPool()')
})
const routed = new RoutedServers()
let pool: RoutedTestPool
beforeAll(() => void ({ pool } = routed))

/** The share of requests whose read a replica answers. */
async function shareOf(requests: number): Promise<number> {
  const before = pool.routing.counts.routed
  for (let each = 0; each < requests; each++) await pool.routing.run(() => balanceOf(pool, 1))
  return (pool.routing.counts.routed - before) / requests
}

describe('replica.weight', () => {
  it('sets the share of requests whose reads use replicas, and a request is with or without them as a whole', async () => {
    expect(knob.read()).toBe(1)
    expect(knob.unready?.({ by: 0.25 })).toBe('every request may use replicas already')
    expect(knob.compareAndSet(1, 0.25)).toBe(true)
    expect(knob.compareAndSet(1, 0.5)).toBe(false)
    expect(knob.unready?.({ by: 0.25 })).toBeUndefined()
    // Four standard deviations of 400 draws.
    expect(Math.abs((await shareOf(400)) - 0.25)).toBeLessThan(0.09)
    for (let request = 0; request < 50; request++)
      await pool.routing.run(async () => {
        const before = pool.routing.counts.routed
        for (let read = 0; read < 3; read++) await balanceOf(pool, 1)
        expect([0, 3]).toContain(pool.routing.counts.routed - before)
      })
  })

  it('leaves half of the requests alone while a trial divides them, and counts the time of each half', async () => {
    pool.routing.weight = 0
    knob.divide?.(unit => (Number(unit) % 2 === 0 ? 'act' : 'control'), 0)
    expect(knob.compareAndSet(0, 1)).toBe(true)
    expect(await shareOf(100)).toBe(0.5)
    const { act, control } = pool.routing.halves
    expect([act.reads, control.reads]).toEqual([50, 50])
    expect(Math.min(act.seconds, control.seconds)).toBeGreaterThan(0)
    knob.divide?.(undefined, 0)
    expect(await shareOf(20)).toBe(1)
  })
})

describe('the metrics of routed pools', () => {
  it('are what routing has counted', async () => {
    const instrumentation = new PgInstrumentation()
    instrumentation.enable()
    pool.routing.weight = 1
    await pool.query('SELECT pg_is_in_recovery()')
    await balanceOf(pool, 1)
    const reads = points(instrumentation, metrics.replicaReads.name)
    expect(reads.reduce((total, { value }) => total + Number(value), 0)).toBe(pool.routing.counts.routed)
    const refused = points(instrumentation, metrics.replicaRefusals.name)
    for (const [reason, count] of pool.routing.counts.refused)
      expect(refused.find(point => point.attributes[a.replicaRefusal] === reason)?.value).toBe(count)
    expect(points(instrumentation, metrics.replicaLag.name).map(({ attributes }) => attributes[a.dbPoolName])).toEqual(
      pool.routing.replicas.map(({ name }) => name),
    )
    expect(points(instrumentation, metrics.replicaWeight.name)[0]?.value).toBe(1)
    instrumentation.disable()
  })
})
