import type { Coordinator } from '@homeostat/optimizer'
import type { FleetLease } from '@homeostat/optimizer/engines'

export const SERVICE = 'chaos'
/** Limit of a call. */
export const TIMEOUT_MS = 400

/** What the server itself saw of one effect, in the same step as the effect. */
export interface Witnessed {
  /** The fence it came with. */
  readonly fence: number
  /** The newest fence that anybody had by then. */
  readonly newest: number
  /** The server's time, ms since the epoch. */
  readonly at: number
}

/** One of the servers, as a process of the fleet uses it. */
export interface Engine {
  readonly coordinator: Coordinator
  /** One effect that nobody may do twice; `unfenced` is what an implementation without fences would do. */
  effect(lease: FleetLease, fenced: boolean): Promise<unknown>
  /** All effects in the server's order. */
  witnessed(): Promise<readonly Witnessed[]>
  close(): Promise<void>
}

export type EngineName = 'redis' | 'postgres'

/** Each engine is loaded by itself: eight processes on two cores are slow enough to start. */
export async function openEngine(name: EngineName, url: string): Promise<Engine> {
  if (name === 'redis') return (await import('./redis-engine.ts')).openRedis(url)
  return (await import('./postgres-engine.ts')).openPostgres(url)
}
