import { describe, expect, it, vi } from 'vitest'
import type { Knobs } from '../../src/index.ts'
import { CoordinatorUnavailableError, LeaseLostError } from '../../src/engines.ts'
import { MemoryServer } from '../memory-server.ts'
import { atLeisure, Cell, knobsOver, run } from './cell.ts'

import { inMemory, NAME, useVirtualTime } from './hurried-undo.ts'

useVirtualTime()

describe('2-21: a shared knob whose coordinator has lost what it kept', () => {
  const LEASE_MS = 60_000

  function fleet(): {
    server: MemoryServer
    cell: Cell
    peer: (isStopped?: () => boolean) => Knobs
    faults: unknown[]
  } {
    const server = new MemoryServer({ CoordinatorUnavailableError, LeaseLostError })
    const faults: unknown[] = []
    const cell = new Cell(8, undefined, {
      scope: 'shared',
      compareAndSet: async (expected, next, lease) => {
        // As an effect in the coordinator's own engine.
        if (lease && server.fault) throw server.fault()
        if (lease && !server.isHeld(lease)) throw new LeaseLostError(lease.key)
        if (cell.value !== expected) return false
        cell.value = next
        return true
      },
    })
    const peer = (isStopped = (): boolean => false): Knobs =>
      knobsOver(cell.knob, {
        coordinator: server.coordinator(),
        leaseMs: LEASE_MS,
        isStopped,
        onFault: fault => faults.push(fault),
      })
    return { server, cell, peer, faults }
  }

  it.each(['undo', 'kill switch', 'expiry', 'renewal'])('takes it again and undoes the change: %s', async ending => {
    const { server, cell, peer } = fleet()
    let isStopped = false
    const knobs = peer(() => isStopped)
    const receipt = await run(cell.knob, knobs, { to: 4 })
    server.flush()
    if (ending === 'undo') expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
    if (ending === 'kill switch') isStopped = true
    if (ending === 'renewal') {
      await vi.advanceTimersByTimeAsync(LEASE_MS / 3)
      expect(await receipt.renew?.()).toBe(false)
    }
    await vi.advanceTimersByTimeAsync(ending === 'expiry' ? LEASE_MS : 5000)
    expect(cell.value).toBe(8)
    expect([server.records.size, server.leases.size, knobs.adjusted]).toEqual([0, 0, []])
    expect(knobs.excludedUntil(NAME)).toBeUndefined()
  })

  it('another process has begun from our value in the meantime: both changes are undone, down to the original', async () => {
    const { server, cell, peer } = fleet()
    const [one, two] = [peer(), peer()]
    const first = await run(cell.knob, one, { to: 4 })
    server.flush()
    const second = await run(cell.knob, two, { to: 2 })
    expect(second.effects).toEqual({ from: 4, to: 2, changed: 1 })
    expect((await first.undo?.(atLeisure()))?.result).toBe('superseded')
    expect(cell.value).toBe(2)
    await second.undo?.(atLeisure())
    await vi.advanceTimersByTimeAsync(5000)
    expect(cell.value).toBe(8)
    expect([one.adjusted, two.adjusted, server.records.size]).toEqual([[], [], 0])
  })

  it('a replica without the lease, and with an older record, takes over', async () => {
    const { server, cell, peer } = fleet()
    const knobs = peer()
    const first = await run(cell.knob, knobs, { to: 4 })
    const replica = server.copy()
    await run(cell.knob, knobs, { to: 2 })
    replica.restore()
    server.leases.clear()
    expect(await first.undo?.(atLeisure())).toEqual({ result: 'restored' })
    expect(cell.value).toBe(8)
    expect(server.records.size).toBe(0)
  })

  it('a record that was dropped alone is written again by the next renewal', async () => {
    const { server, cell, peer } = fleet()
    const receipt = await run(cell.knob, peer(), { to: 4 })
    server.records.clear()
    await vi.advanceTimersByTimeAsync(LEASE_MS / 3)
    expect(await receipt.renew?.()).toBe(true)
    expect(JSON.parse(server.records.get(`knob/${NAME}`)!)).toEqual({ knob: NAME, was: 8, set: [4] })
  })

  it.each(['READONLY', 'OOM', 'NOPERM', 'no answer'])(
    'the kill switch undoes within 5 s though the coordinator says %s, and the record goes when it can',
    async reason => {
      const { server, cell, peer } = fleet()
      let isStopped = false
      const knobs = peer(() => isStopped)
      await run(cell.knob, knobs, { to: 4 })
      server.fault = () => new CoordinatorUnavailableError('memory', reason)
      isStopped = true
      await vi.advanceTimersByTimeAsync(5000)
      expect(cell.value).toBe(8)
      server.fault = undefined
      await vi.advanceTimersByTimeAsync(LEASE_MS)
      expect([server.records.size, knobs.adjusted]).toEqual([0, []])
      expect(knobs.excludedUntil(NAME)).toBeUndefined()
    },
  )

  it.each([
    ['is not valid', { knob: NAME, was: 'x' }, 0],
    ['is about another knob', { knob: 'cache.limit', was: 8, set: [4] }, 0],
    ['is out of bounds', { knob: NAME, was: 1e9, set: [8] }, 1],
    ['is of a later release', { version: 7, knob: NAME, was: 8, set: [4] }, 1],
  ])('2-26: a record there that %s sets nothing, is reported once, and hides no other', async (_, record, kept) => {
    const { server, cell, faults } = fleet()
    server.records.set(`knob/${NAME}`, JSON.stringify(record))
    server.records.set('knob/cache.limit', JSON.stringify({ knob: 'cache.limit', was: 8, set: [4] }))
    const next = new Cell(4, undefined, { name: 'cache.limit', scope: 'shared' })
    const knobs = knobsOver(cell.knob, {
      knobs: [cell.knob, next.knob],
      coordinator: server.coordinator(),
      onFault: fault => faults.push(fault),
    })
    await knobs.start()
    await vi.advanceTimersByTimeAsync(20_000)
    expect([cell.sets, next.value]).toEqual([[], 8])
    expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_RECORD_REFUSED' })])
    expect(server.records.size).toBe(kept)
    if (kept) expect((await run(cell.knob, knobs, { to: 4 })).effects['changed']).toBe(0)
  })

  it('2-26: a record there of a knob of this host alone sets nothing', async () => {
    const { server, cell } = fleet()
    const local = new Cell(4, undefined, { name: 'cache.limit', ...inMemory })
    server.records.set('knob/cache.limit', JSON.stringify({ knob: 'cache.limit', was: 8, set: [4] }))
    const knobs = knobsOver(cell.knob, { knobs: [cell.knob, local.knob], coordinator: server.coordinator() })
    await knobs.start()
    await vi.advanceTimersByTimeAsync(5000)
    expect(local.sets).toEqual([])
  })
})
