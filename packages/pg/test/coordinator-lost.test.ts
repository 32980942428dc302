import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeSharedPlace, KnobPeers } from '@homeostat/conformance'
import { type Knob } from '@homeostat/optimizer'
import { startPostgres } from '@homeostat/services'
import { Pool } from 'pg'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPostgresCoordinator, createPostgresStateStore } from '../src/domain.ts'

const LONG_MS = 60_000
const NAME = 'queue.rate'
const postgres = await startPostgres()
const pool = new Pool({ connectionString: postgres.url, max: 4 })
const stateDir = mkdtempSync(join(tmpdir(), 'homeostat-lost-'))

beforeEach(async () => {
  await peers.close()
  await pool.query('DROP TABLE IF EXISTS homeostat_lease, homeostat_state, setting')
  await pool.query('CREATE TABLE setting (value float8); INSERT INTO setting VALUES (8)')
})
afterAll(async () => {
  await peers.close()
  await pool.end()
  await postgres.stop()
  rmSync(stateDir, { recursive: true })
})

const value = async (): Promise<number> =>
  (await pool.query<{ value: number }>('SELECT value FROM setting')).rows[0]!.value
const coordinator = createPostgresCoordinator({ pool, service: 'shop', timeoutMs: 5000 })
const UPDATE = 'UPDATE setting SET value = $2 WHERE value = $1 RETURNING 1'
const knob: Knob = {
  name: NAME,
  scope: 'shared',
  bounds: { min: 1, max: 50 },
  read: value,
  async compareAndSet(expected, next, lease) {
    if (!lease) return (await pool.query(UPDATE, [expected, next])).rowCount === 1
    return coordinator.effect(lease, async query => (await query(UPDATE, [expected, next])).length === 1)
  },
}

const peers = new KnobPeers({ knob, stateDir, service: () => 'shop', coordinator: () => coordinator })

const inTime = { timeout: 20_000, interval: 50 }

describe.each(['TRUNCATE homeostat_lease', 'DROP TABLE homeostat_lease', 'DELETE FROM homeostat_lease'])('%s', loss => {
  it('2-21, 2-22: the change of a shared knob is undone, and the next one is made as if nothing had been', async () => {
    const knobs = peers.peer()
    const receipt = await peers.run(knobs, 4)
    expect(await value()).toBe(4)
    await pool.query(loss)
    expect(await receipt.undo?.({ now: Date.now(), signal: AbortSignal.timeout(60_000) })).toEqual({
      result: 'restored',
    })
    expect(await value()).toBe(8)
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
    expect((await peers.run(knobs, 2)).effects['changed']).toBe(1)
  })

  it('2-21, 2-22: the kill switch undoes it', async () => {
    let isStopped = false
    const knobs = peers.peer({ isStopped: () => isStopped })
    await peers.run(knobs, 4)
    await pool.query(loss)
    isStopped = true
    await vi.waitFor(async () => expect(await value()).toBe(8), inTime)
    await vi.waitFor(() => expect(knobs.adjusted).toEqual([]), inTime)
  })
})

it('2-22: each call makes the table again that was dropped, and none does anything twice', async () => {
  const calls = {
    beat: () => coordinator.beat('a', LONG_MS),
    leave: () => coordinator.leave('a'),
    takeSlot: () => coordinator.takeSlot('a', LONG_MS),
    acquire: () => coordinator.acquire('knob/a', LONG_MS),
    orphans: () => coordinator.orphans(LONG_MS),
  }
  const lease = (await calls.acquire())!
  for (const [name, call] of Object.entries(calls)) {
    await pool.query('DROP TABLE IF EXISTS homeostat_lease')
    await expect(call(), name).resolves.not.toThrow()
  }
  await pool.query('DROP TABLE IF EXISTS homeostat_lease')
  const work = vi.fn<() => Promise<void>>(async () => {})
  await expect(coordinator.effect(lease, work)).rejects.toMatchObject({ code: 'HOMEOSTAT_LEASE_LOST' })
  expect(work).not.toHaveBeenCalled()
  // A table of the application's own that is missing is the application's to know of, and its work is not done again.
  const current = (await coordinator.acquire('knob/b', LONG_MS))!
  const missing = vi.fn<(query: (text: string) => Promise<unknown>) => Promise<unknown>>(query =>
    query('SELECT FROM gone'),
  )
  await expect(coordinator.effect(current, missing)).rejects.toMatchObject({
    code: 'HOMEOSTAT_COORDINATOR_UNAVAILABLE',
  })
  expect(missing).toHaveBeenCalledOnce()
})

describeSharedPlace({
  knob,
  peers,
  keeps: 'json',
  async writeRecord(key, record) {
    await coordinator.beat('a', LONG_MS)
    const insert = `INSERT INTO homeostat_lease (service, kind, key, expires_at, undo) VALUES ('shop', 'lease', $1, '-infinity', $2)`
    await pool.query(insert, [key, record])
  },
  coordinator: service => createPostgresCoordinator({ pool, service, timeoutMs: 5000 }),
  stateStore: service => createPostgresStateStore({ pool, service, timeoutMs: 5000 }),
})
