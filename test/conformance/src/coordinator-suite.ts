import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Coordinator } from '@homeostat/optimizer'
import type { FleetLease } from '@homeostat/optimizer/engines'
import { CoordinatorUnavailableError, LeaseLostError, slotsOf } from '@homeostat/optimizer/engines'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** One coordinator and what its tests need to know of it. */
export interface CoordinatorSubject<C extends Coordinator = Coordinator> {
  /** The coordinator as one more process of the service would have it. */
  create(service: string): C
  /** One whose server cannot be reached. */
  unreachable(service: string): C
  /** Adds one to a counter in the coordinator's engine, under the lease. */
  effect(coordinator: C, lease: FleetLease, once: boolean): Promise<unknown>
  /** What is in that counter, which nobody else uses. */
  count(): Promise<number>
}

const LONG_MS = 60_000
const SHORT_MS = 150

/** What every coordinator must hold. Call it at the top level of a test file or inside a `describe`. */
export function describeCoordinator<C extends Coordinator>(name: string, subject: CoordinatorSubject<C>): void {
  describe(`${name}, as every coordinator`, () => {
    let service: string
    let peers: C[]

    beforeEach(() => {
      service = `shop-${randomUUID()}`
      peers = Array.from({ length: 4 }, () => subject.create(service))
    })
    afterEach(async () => {
      for (const peer of peers) await peer[Symbol.asyncDispose]()
    })

    const peer = (index: number): C => peers[index]!
    const take = async (by: C, key: string, ttlMs: number): Promise<FleetLease> => {
      const lease = await by.acquire(key, ttlMs)
      expect(lease, `nobody holds ${key}`).toBeDefined()
      return lease!
    }
    const lose = async (key: string): Promise<FleetLease> => {
      const lease = await take(peer(0), key, SHORT_MS)
      await delay(SHORT_MS + 50)
      return lease
    }

    it('gives a lease to one of those who ask at the same time', async () => {
      for (let round = 0; round < 10; round++) {
        const leases = await Promise.all(peers.map(each => each.acquire(`knob/${round}`, LONG_MS)))
        expect(leases.filter(Boolean)).toHaveLength(1)
      }
    })

    it('says how long the holder may trust in it, on its own clock and never for too long', async () => {
      const before = performance.now()
      const lease = await take(peer(0), 'knob/a', LONG_MS)
      expect(lease.heldUntil).toBeGreaterThanOrEqual(before + LONG_MS)
      expect(lease.heldUntil).toBeLessThanOrEqual(performance.now() + LONG_MS)
    })

    it('gives it to the next one after it was released, with a higher fence', async () => {
      const first = await take(peer(0), 'knob/a', LONG_MS)
      expect(await peer(1).acquire('knob/a', LONG_MS)).toBeUndefined()
      expect(await peer(0).release(first)).toBe(true)
      const second = await take(peer(1), 'knob/a', LONG_MS)
      expect(second.fence).toBeGreaterThan(first.fence)
      expect(second.left).toBeUndefined()
    })

    it('keeps it for whoever renews, longer than it was taken for', async () => {
      const lease = await take(peer(0), 'knob/a', SHORT_MS)
      const renewed = await peer(0).renew(lease, LONG_MS)
      expect(renewed?.heldUntil).toBeGreaterThan(lease.heldUntil)
      await delay(SHORT_MS + 50)
      expect(await peer(1).acquire('knob/a', LONG_MS)).toBeUndefined()
      expect(await peer(0).isCurrent(lease)).toBe(true)
    })

    it('lets nothing be done under a lease that ran out, whether somebody else has it by then or not', async () => {
      const stale = await lose('knob/a')
      const refusesAll = async (): Promise<void> => {
        expect(await peer(0).isCurrent(stale)).toBe(false)
        expect(await peer(0).renew(stale, LONG_MS)).toBeUndefined()
        expect(await peer(0).release(stale)).toBe(false)
        const undo = { knob: 'a', was: 1, set: 2 }
        await expect(peer(0).record(stale, undo)).rejects.toThrow(LeaseLostError)
        await expect(peer(0).settle(stale)).rejects.toThrow(LeaseLostError)
        await expect(subject.effect(peer(0), stale, false)).rejects.toThrow(LeaseLostError)
      }
      const count = await subject.count()
      await refusesAll()
      const next = await take(peer(1), 'knob/a', LONG_MS)
      await refusesAll()
      expect(await peer(1).isCurrent(next)).toBe(true)
      expect(await subject.count()).toBe(count)
    })

    it('does an effect under a lease as often as wanted, or once and never again', async () => {
      const count = await subject.count()
      const lease = await take(peer(0), 'action/a', LONG_MS)
      await subject.effect(peer(0), lease, false)
      await subject.effect(peer(0), lease, true)
      expect(await subject.count()).toBe(count + 2)
      await expect(subject.effect(peer(0), lease, true)).rejects.toThrow(LeaseLostError)
      await expect(subject.effect(peer(0), lease, false)).rejects.toThrow(LeaseLostError)
      expect(await subject.count()).toBe(count + 2)
      // Used up is not given back: for the rest of its time nobody else may act either.
      expect(await peer(0).release(lease)).toBe(false)
      expect(await peer(1).acquire('action/a', LONG_MS)).toBeUndefined()
    })

    it('gives a lease that was used up to the next one after its end', async () => {
      const lease = await take(peer(0), 'action/a', LONG_MS)
      await peer(0).renew(lease, SHORT_MS)
      await subject.effect(peer(0), lease, true)
      await delay(SHORT_MS + 50)
      expect((await take(peer(1), 'action/a', LONG_MS)).fence).toBeGreaterThan(lease.fence)
    })

    it('does one of the effects that are asked for once at the same time', async () => {
      const count = await subject.count()
      const lease = await take(peer(0), 'action/a', LONG_MS)
      const asked = await Promise.allSettled(peers.map(each => subject.effect(each, lease, true)))
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await subject.count()).toBe(count + 1)
    })

    it('hands what a dead holder left behind to one peer, who may then undo it', async () => {
      const undos = Array.from({ length: 5 }, (_, i) => ({ knob: `k${i}`, was: { depth: i }, set: null }))
      for (const undo of undos) await peer(0).record(await take(peer(0), `knob/${undo.knob}`, SHORT_MS), undo)
      const held = await take(peer(0), 'knob/held', LONG_MS)
      await peer(0).record(held, { knob: 'held', was: 1, set: 2 })
      await delay(SHORT_MS + 50)

      const found = (await Promise.all(peers.map(each => each.orphans(LONG_MS)))).flat()
      expect(found.map(orphan => orphan.record).toSorted((a, b) => a.knob.localeCompare(b.knob))).toEqual(undos)
      for (const { lease } of found) {
        await peer(1).settle(lease)
        expect(await peer(1).release(lease)).toBe(true)
      }
      expect(await peer(2).orphans(LONG_MS)).toEqual([])
      expect((await take(peer(2), 'knob/k0', LONG_MS)).left).toBeUndefined()
    })

    it('tells the next holder what the one before left, until it is settled', async () => {
      const undo = { knob: 'a', was: 4, set: 8 }
      const first = await take(peer(0), 'knob/a', LONG_MS)
      await peer(0).record(first, { ...undo, set: 6 })
      await peer(0).record(first, undo)
      await peer(0).release(first)
      const second = await take(peer(1), 'knob/a', LONG_MS)
      expect(second.left).toEqual(undo)
      await peer(1).settle(second)
      await peer(1).release(second)
      expect((await take(peer(2), 'knob/a', LONG_MS)).left).toBeUndefined()
    })

    it('counts the members that live', async () => {
      expect(await peer(0).beat('a', LONG_MS)).toBe(1)
      expect(await peer(1).beat('b', SHORT_MS)).toBe(2)
      expect(await peer(2).beat('c', LONG_MS)).toBe(3)
      await delay(SHORT_MS + 50)
      expect(await peer(0).beat('a', LONG_MS)).toBe(2)
      await peer(2).leave('c')
      expect(await peer(0).beat('a', LONG_MS)).toBe(1)
    })

    it.each([1, 3, 8, 13])('lets a quarter of %i members disrupt themselves, at least one', async members => {
      const names = Array.from({ length: members }, (_, i) => `m${i}`)
      for (const each of names) await peer(0).beat(each, LONG_MS)
      const taken = await Promise.all(names.map((each, i) => peer(i % peers.length).takeSlot(each, LONG_MS)))
      expect(taken.filter(Boolean)).toHaveLength(slotsOf(members))
      const holder = names[taken.indexOf(true)]!
      expect(await peer(0).takeSlot(holder, SHORT_MS), 'it has one, and keeps it').toBe(true)
      await delay(SHORT_MS + 50)
      expect(await peer(0).takeSlot('somebody else', LONG_MS), 'for as long as it was taken first').toBe(false)
      await peer(0).freeSlot(holder)
      expect(await peer(0).takeSlot('somebody else', SHORT_MS)).toBe(true)
      expect(await peer(0).takeSlot(holder, LONG_MS)).toBe(false)
      await delay(SHORT_MS + 50)
      expect(await peer(0).takeSlot(holder, LONG_MS), 'one that ran out is free').toBe(true)
    })

    it('keeps services apart', async () => {
      const other = subject.create(`${service}-other`)
      await take(peer(0), 'knob/a', LONG_MS)
      await take(other, 'knob/a', LONG_MS)
      await peer(0).beat('a', LONG_MS)
      expect(await other.beat('b', LONG_MS)).toBe(1)
      await other[Symbol.asyncDispose]()
    })

    it('says soon that its server cannot be reached, whatever was asked', async () => {
      const cut = subject.unreachable(service)
      const lease = await take(peer(0), 'knob/a', LONG_MS)
      const before = performance.now()
      const answers = await Promise.allSettled([
        cut.acquire('knob/b', LONG_MS),
        cut.renew(lease, LONG_MS),
        cut.release(lease),
        cut.isCurrent(lease),
        cut.settle(lease),
        cut.record(lease, { knob: 'a', was: 1, set: 2 }),
        cut.orphans(LONG_MS),
        cut.beat('a', LONG_MS),
        cut.leave('a'),
        cut.takeSlot('a', LONG_MS),
        cut.freeSlot('a'),
      ])
      expect(performance.now() - before).toBeLessThan(5_000)
      for (const answer of answers) {
        expect(answer).toMatchObject({ reason: expect.any(CoordinatorUnavailableError) as unknown })
      }
      await cut[Symbol.asyncDispose]()
    })
  })
}
