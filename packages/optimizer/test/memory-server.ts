import { randomUUID } from 'node:crypto'
import type { Coordinator } from '../src/index.ts'
import type { FleetLease, UndoRecord } from '../src/engines.ts'

/** The classes of the optimizer under test: some tests look at its sources, some at what is built of them. */
export interface ServerErrors {
  readonly CoordinatorUnavailableError: new (coordinator: string, reason: string) => Error
  readonly LeaseLostError: new (key: string) => Error
}

interface Lease {
  readonly token: string
  readonly fence: number
  until: number
}

/** A server that the processes of a test coordinate through: the contract of `Coordinator`, in memory. */
export class MemoryServer {
  leases = new Map<string, Lease>()
  /** As texts, as a server keeps them. */
  records = new Map<string, string>()
  #fence = 0
  /** How a call fails now, e.g. as one without the right to do it. */
  fault: (() => Error) | undefined
  isCut = false
  readonly #errors: ServerErrors

  constructor(errors: ServerErrors) {
    this.#errors = errors
  }

  readonly clock = (): number => performance.now()

  /** Loses everything, as FLUSHALL, TRUNCATE and a restart without persistence do. */
  flush(): void {
    this.leases.clear()
    this.records.clear()
    this.#fence = 0
  }

  /** What a replica has that is some writes behind; `restore` is the failover to it. */
  copy(): { restore(): void } {
    const leases = new Map([...this.leases].map(([key, lease]) => [key, { ...lease }]))
    const records = new Map(this.records)
    return {
      restore: () => {
        this.leases = leases
        this.records = records
      },
    }
  }

  holder(key: string): Lease | undefined {
    const lease = this.leases.get(key)
    return lease && lease.until > this.clock() ? lease : undefined
  }

  isHeld({ key, token, fence }: FleetLease): boolean {
    const lease = this.holder(key)
    return lease?.token === token && lease.fence === fence
  }

  /** @param call - wraps each call of the process, e.g. to let it hang once the process is killed */
  coordinator(call: <T>(work: () => T) => Promise<T> = async work => work()): Coordinator {
    const at = <T>(work: () => T): Promise<T> =>
      call(() => {
        if (this.isCut) throw new this.#errors.CoordinatorUnavailableError('memory', 'no answer within 1000 ms')
        if (this.fault) throw this.fault()
        return work()
      })
    const under = (lease: FleetLease, work: () => void): Promise<void> =>
      at(() => {
        if (!this.isHeld(lease)) throw new this.#errors.LeaseLostError(lease.key)
        work()
      })
    const acquire = (key: string, ttlMs: number): FleetLease | undefined => {
      if (this.holder(key)) return undefined
      const lease = { token: randomUUID(), fence: ++this.#fence, until: this.clock() + ttlMs }
      this.leases.set(key, lease)
      const left = this.records.get(key)
      const fleet = { key, token: lease.token, fence: lease.fence, heldUntil: performance.now() + ttlMs }
      return left === undefined ? fleet : { ...fleet, left: JSON.parse(left) as UndoRecord }
    }
    return {
      name: 'memory',
      acquire: (key, ttlMs) => at(() => acquire(key, ttlMs)),
      renew: (lease, ttlMs) =>
        at(() => {
          if (!this.isHeld(lease)) return undefined
          this.leases.get(lease.key)!.until = this.clock() + ttlMs
          return { ...lease, heldUntil: performance.now() + ttlMs }
        }),
      release: lease => at(() => this.isHeld(lease) && this.leases.delete(lease.key)),
      isCurrent: lease => at(() => this.isHeld(lease)),
      record: (lease, undo) => under(lease, () => void this.records.set(lease.key, JSON.stringify(undo))),
      settle: lease => under(lease, () => void this.records.delete(lease.key)),
      orphans: ttlMs =>
        at(() => {
          const leases = [...this.records.keys()].flatMap(key => acquire(key, ttlMs) ?? [])
          return leases.flatMap(lease => (lease.left ? [{ record: lease.left, lease }] : []))
        }),
      beat: async () => 1,
      leave: async () => undefined,
      takeSlot: async () => true,
      freeSlot: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
}
