import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Coordinator, StateStore } from '@homeostat/optimizer'
import type { FleetLease, Orphan, ServerEngine, UndoRecord } from '@homeostat/optimizer/engines'
import { CoordinatorUnavailableError, LeaseLostError, slotsOf } from '@homeostat/optimizer/engines'

/** The kind of server that an application provides, of which Homeostat has never heard. */
export const BOARD: ServerEngine = { name: 'board', title: 'Blackboard' }

interface Record {
  token: string
  fence: number
  until: number
  isUsedUp: boolean
  undo?: UndoRecord
}

/** A server with leases, members and texts. Each request takes a turn of the event loop and is then done as one step. */
export class Board {
  readonly address: string
  effects = 0
  readonly #leases = new Map<string, Record>()
  readonly #members = new Map<string, number>()
  readonly #slots = new Map<string, number>()
  readonly #texts = new Map<string, string>()

  constructor(address: string) {
    this.address = address
  }

  coordinator(service: string, { isCut = false } = {}): BoardCoordinator {
    const name = `board ${this.address}`
    const at = (key: string): string => JSON.stringify([service, key])
    const request = async <T>(step: () => T): Promise<T> => {
      await turn()
      if (isCut) throw new CoordinatorUnavailableError(name, 'the line is cut')
      return step()
    }
    const recordOf = ({ key, token }: FleetLease): Record | undefined => {
      const record = this.#leases.get(at(key))
      return record?.token === token && record.until > performance.now() && !record.isUsedUp ? record : undefined
    }
    const held = (lease: FleetLease): Record => {
      const record = recordOf(lease)
      if (!record) throw new LeaseLostError(lease.key)
      return record
    }
    const take = (key: string, ttlMs: number): FleetLease | undefined => {
      const before = this.#leases.get(at(key))
      const now = performance.now()
      if (before && before.until > now) return undefined
      const { fence: last = 0, undo } = before ?? {}
      const record: Record = { token: randomUUID(), fence: last + 1, until: now + ttlMs, isUsedUp: false }
      this.#leases.set(at(key), { ...record, ...(undo && { undo }) })
      return { key, token: record.token, fence: record.fence, heldUntil: record.until, ...(undo && { left: undo }) }
    }
    const living = (map: Map<string, number>): string[] => {
      for (const [member, until] of map) if (until <= performance.now()) map.delete(member)
      return [...map.keys()].filter(member => member.startsWith(at('')))
    }
    const extend = (map: Map<string, number>, member: string, ttlMs: number): void =>
      void map.set(at('') + member, Math.max(map.get(at('') + member) ?? 0, performance.now() + ttlMs))
    return {
      name,
      acquire: (key, ttlMs) => request(() => take(key, ttlMs)),
      renew: (lease, ttlMs) =>
        request(() => {
          const record = recordOf(lease)
          if (!record) return undefined
          record.until = performance.now() + ttlMs
          return { ...lease, heldUntil: record.until }
        }),
      release: lease =>
        request(() => {
          const record = recordOf(lease)
          if (record) record.until = 0
          return record !== undefined
        }),
      isCurrent: lease => request(() => recordOf(lease) !== undefined),
      record: (lease, undo) => request(() => void (held(lease).undo = undo)),
      settle: lease => request(() => void delete held(lease).undo),
      orphans: ttlMs =>
        request(() =>
          [...this.#leases].flatMap(([id, { undo }]): Orphan[] => {
            const [owner, key] = JSON.parse(id) as [string, string]
            const lease = owner === service && undo ? take(key, ttlMs) : undefined
            return lease && undo ? [{ record: undo, lease }] : []
          }),
        ),
      beat: (member, ttlMs) =>
        request(() => {
          this.#members.set(at('') + member, performance.now() + ttlMs)
          return living(this.#members).length
        }),
      leave: member => request(() => void this.#members.delete(at('') + member)),
      takeSlot: (holder, ttlMs) =>
        request(() => {
          const taken = living(this.#slots)
          const has = taken.includes(at('') + holder)
          if (!has && taken.length >= slotsOf(living(this.#members).length)) return false
          extend(this.#slots, holder, ttlMs)
          return true
        }),
      freeSlot: holder => request(() => void this.#slots.delete(at('') + holder)),
      effect: (lease, once) =>
        request(() => {
          held(lease).isUsedUp = once
          return ++this.effects
        }),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }

  store(service: string): StateStore {
    return {
      name: `board ${this.address}`,
      read: async key => this.#texts.get(JSON.stringify([service, key])),
      write: async (key, text) => void this.#texts.set(JSON.stringify([service, key]), text),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
}

/** A coordinator with an effect that the server itself checks. */
export interface BoardCoordinator extends Coordinator {
  effect(lease: FleetLease, once: boolean): Promise<unknown>
}
