import { randomUUID } from 'node:crypto'
import type { Coordinator } from '@homeostat/optimizer'
import type { FleetLease, Orphan, UndoRecord } from '@homeostat/optimizer/engines'
import {
  CoordinatorUnavailableError,
  DISRUPTED_SHARE,
  LeaseLostError,
  parseUndoRecord,
  serviceScope,
} from '@homeostat/optimizer/engines'
import { isOfServer } from '../redis-candidates.ts'
import { redisAddress } from '../signals/redis-address.ts'
import type { CoordinatorClient } from './client.ts'
import { ScriptConnection } from './script-connection.ts'
import * as scripts from './scripts.ts'

const DEFAULT_TIMEOUT_MS = 1000
/** A service has some ten knobs. Further records were written by somebody else, and must not hold up the server. */
const MOST_ORPHANS = 100

/** Options of {@link RedisCoordinator}. */
export interface RedisCoordinatorOptions {
  /** The application's client, a `Redis` or a `Cluster`. It is duplicated, never used. */
  readonly client: CoordinatorClient
  /** Name of the service, e.g. `service.name`: its processes coordinate with each other. Part of every key: `homeostat:{shop}:`. */
  readonly service: string
  /** After which an answer is not waited for any more. @default 1000 */
  readonly timeoutMs?: number
}

/** An effect in the coordinator's own Redis. */
export interface RedisEffect {
  /** Lua. In a Cluster, its keys have to be on the lease's node: `homeostat:{service}:` names the slot. */
  readonly script: string
  readonly keys: readonly string[]
  readonly args?: readonly (string | number)[]
  /** Uses the lease up: at most one effect under it, however often it is asked for. @default false */
  readonly once?: boolean
}

/** Leases in the Redis that the application uses. */
export interface RedisCoordinator extends Coordinator {
  /**
   * Does something in this Redis if, and only if, the lease is held at that moment. Returns what the script returns.
   *
   * @throws LeaseLostError when it is not; then nothing was done
   */
  effect(lease: FleetLease, effect: RedisEffect): Promise<unknown>
}

/**
 * Coordinates the processes of a service through Redis: `SET PX` leases with a token and a fence, checked by scripts and
 * timed by the server's clock.
 *
 * @example
 * ```ts
 * const coordinator = createRedisCoordinator({ client: redis, service: 'shop' })
 * const lease = await coordinator.acquire('action/cdn.purge', 60_000)
 * ```
 */
export function createRedisCoordinator(options: RedisCoordinatorOptions): RedisCoordinator {
  return new LeasesInRedis(options)
}

class LeasesInRedis implements RedisCoordinator {
  readonly name: string
  readonly #connection: ScriptConnection
  readonly #prefix: string
  readonly #fence: string
  readonly #undo: string
  readonly #members: string
  readonly #slots: string

  constructor({ client, service, timeoutMs = DEFAULT_TIMEOUT_MS }: RedisCoordinatorOptions) {
    this.name = `redis ${isOfServer(client) ? redisAddress(client) : 'cluster'}`
    this.#connection = new ScriptConnection({
      client,
      name: this.name,
      keys: `homeostat:{${serviceScope(service)}}:*`,
      timeoutMs,
      Unavailable: CoordinatorUnavailableError,
    })
    // One hash tag: of a Cluster, all keys of a service are on one node, for scripts see one node only.
    this.#prefix = `homeostat:{${serviceScope(service)}}:`
    this.#fence = `${this.#prefix}fence`
    this.#undo = `${this.#prefix}undo`
    this.#members = `${this.#prefix}members`
    this.#slots = `${this.#prefix}slots`
  }

  async acquire(key: string, ttlMs: number): Promise<FleetLease | undefined> {
    const heldUntil = performance.now() + ttlMs
    const token = randomUUID()
    const reply = await this.#run(scripts.ACQUIRE, [this.#lease(key), this.#fence, this.#undo], [token, ttlMs, key])
    if (!Array.isArray(reply)) return undefined
    const [fence, left] = reply as [number, string | null]
    const kept = { counter: this.#fence, lease: this.#lease(key), value: valueOf({ token, fence }) }
    return { key, token, fence, heldUntil, kept, ...(left !== null && { left: parseUndoRecord(left) }) }
  }

  async renew(lease: FleetLease, ttlMs: number): Promise<FleetLease | undefined> {
    const heldUntil = performance.now() + ttlMs
    const renewed = await this.#run(scripts.RENEW, [this.#lease(lease.key)], [valueOf(lease), ttlMs])
    return renewed === 1 ? { ...lease, heldUntil } : undefined
  }

  async release(lease: FleetLease): Promise<boolean> {
    return (await this.#run(scripts.RELEASE, [this.#lease(lease.key)], [valueOf(lease)])) === 1
  }

  async isCurrent(lease: FleetLease): Promise<boolean> {
    return (await this.#run(scripts.IS_CURRENT, [this.#lease(lease.key)], [valueOf(lease)])) === 1
  }

  async effect(lease: FleetLease, { script, keys, args = [], once = false }: RedisEffect): Promise<unknown> {
    const guarded = scripts.underLease(script, once)
    // The lease comes last, so that the script's own KEYS and ARGV begin at 1.
    return this.#run(guarded, [...keys, this.#lease(lease.key)], [...args, valueOf(lease)]).catch((error: Error) => {
      throw isLeaseLost(error.cause) ? new LeaseLostError(lease.key) : error
    })
  }

  async record(lease: FleetLease, undo: UndoRecord): Promise<void> {
    const args = [valueOf(lease), lease.key, JSON.stringify(undo)]
    const kept = await this.#run(scripts.RECORD, [this.#lease(lease.key), this.#undo], args)
    if (kept !== 1) throw new LeaseLostError(lease.key)
  }

  async settle(lease: FleetLease): Promise<void> {
    const args = [valueOf(lease), lease.key]
    const settled = await this.#run(scripts.SETTLE, [this.#lease(lease.key), this.#undo], args)
    if (settled !== 1) throw new LeaseLostError(lease.key)
  }

  async orphans(ttlMs: number): Promise<readonly Orphan[]> {
    const recorded = (await this.#run(scripts.RECORDED, [this.#undo], [])) as readonly string[]
    const keys = someOf(recorded, MOST_ORPHANS)
    const leases = await Promise.all(keys.map(key => this.acquire(key, ttlMs)))
    const orphans: Orphan[] = []
    for (const lease of leases) {
      if (lease?.left !== undefined) orphans.push({ record: lease.left, lease })
      // Its holder settled it in between.
      else if (lease !== undefined) await this.release(lease)
    }
    return orphans
  }

  async beat(member: string, ttlMs: number): Promise<number> {
    return Number(await this.#run(scripts.BEAT, [this.#members], [member, ttlMs]))
  }

  async leave(member: string): Promise<void> {
    await this.#run(scripts.LEAVE, [this.#members], [member])
  }

  async takeSlot(holder: string, ttlMs: number): Promise<boolean> {
    const args = [holder, ttlMs, DISRUPTED_SHARE]
    return (await this.#run(scripts.TAKE_SLOT, [this.#slots, this.#members], args)) === 1
  }

  async freeSlot(holder: string): Promise<void> {
    await this.#run(scripts.LEAVE, [this.#slots], [holder])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close()
  }

  #lease(key: string): string {
    return `${this.#prefix}lease:${key}`
  }

  #run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#connection.run(script, keys, args)
  }
}

/** From a random one on, so that all have their turn. */
function someOf<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all
  const from = Math.floor(Math.random() * all.length)
  return [...all.slice(from, from + most), ...all.slice(0, Math.max(0, from + most - all.length))]
}

function valueOf({ token, fence }: Pick<FleetLease, 'token' | 'fence'>): string {
  return `${token}:${fence}`
}

function isLeaseLost(error: unknown): boolean {
  return error instanceof Error && /HOMEOSTAT_LEASE_LOST/.test(error.message)
}
