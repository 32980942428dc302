import type { ServerCandidate } from './server-candidate.ts'

/**
 * The right to change something that other processes use as well, for a while. Which lease is over is decided by the
 * coordinator's clock alone.
 */
export interface FleetLease {
  /** The resource it is for; see `knobKey()` and `actionKey()`. */
  readonly key: string
  /** Random, and never used twice: only who has it can renew or release. */
  readonly token: string
  /** Grows with every holder of the key. */
  readonly fence: number
  /**
   * Until when this process may believe that it holds the lease, on its own `performance.now()`, counted from before the
   * request was sent: never later than the coordinator's own end. Advice only, for a process may be stopped after it
   * looked: what decides is the check at the effect.
   */
  readonly heldUntil: number
  /**
   * Under which names the coordinator keeps it, for an effect in the same server that checks the lease in its own statement. A server
   * where `counter` does not exist is another one.
   * @default unknown: the effect can check `fence` and `heldUntil`
   */
  readonly kept?: { readonly counter: string; readonly lease: string; readonly value: string }
  /** What the holder before left behind without undoing it. It comes first: undo it, then `settle()`. */
  readonly left?: UndoRecord
}

/**
 * How to revert a lasting change of something shared. Values are JSON. Anybody who may write to the coordinator may have written it, so
 * a reader checks each field.
 */
export interface UndoRecord {
  readonly knob: string
  readonly was: unknown
  readonly set: unknown
}

/** Stands for a record whose text cannot be read: there was one, and its content is unknown. */
const UNREADABLE: UndoRecord = Object.freeze({ knob: '', was: null, set: null })
/** A record of ours has some hundred characters. */
const MAX_RECORD_CHARS = 10_000

/** For coordinators: a record as it was kept. A text that is not a record hides no other, so this never throws. */
export function parseUndoRecord(kept: unknown): UndoRecord {
  try {
    const value: unknown = typeof kept === 'string' && kept.length <= MAX_RECORD_CHARS ? JSON.parse(kept) : kept
    return typeof value === 'object' && value !== null ? (value as UndoRecord) : UNREADABLE
  } catch {
    return UNREADABLE
  }
}

/** A change that nobody looks after any more, and the lease under which the one who asked may undo it. */
export interface Orphan {
  readonly record: UndoRecord
  readonly lease: FleetLease
}

/**
 * What the processes of a service agree through: the Redis or the Postgres that the application uses anyway.
 *
 * Each call ends within the coordinator's own timeout. When it cannot say for sure, it rejects with
 * `CoordinatorUnavailableError`, and the caller assumes the worse: not acquired, not renewed, not current.
 */
export interface Coordinator extends AsyncDisposable {
  /** `redis`, `postgres`; undefined while no server is known, and so no other process either. */
  readonly name: string | undefined

  /** Takes the lease; undefined while somebody has it, also this process itself. */
  acquire(key: string, ttlMs: number): Promise<FleetLease | undefined>
  /** The lease with its new end; undefined when it was lost. */
  renew(lease: FleetLease, ttlMs: number): Promise<FleetLease | undefined>
  /** Gives it back, if it is still this one; false when it was lost before. */
  release(lease: FleetLease): Promise<boolean>
  /** Whether it is held now. For effects that the coordinator's engine cannot check by itself. */
  isCurrent(lease: FleetLease): Promise<boolean>

  /**
   * Keeps how to undo the change that comes next, beyond the end of the lease and of this process. One a key: the newest.
   *
   * @throws LeaseLostError when the lease is lost; then nothing was kept and nothing may be changed
   */
  record(lease: FleetLease, undo: UndoRecord): Promise<void>
  /**
   * The change is undone, or stands for good: forgets the record.
   *
   * @throws LeaseLostError when the lease is lost; the record is its new holder's by then
   */
  settle(lease: FleetLease): Promise<void>
  /** Takes the leases, for `ttlMs`, of all recorded changes without a holder: each goes to one process at a time. */
  orphans(ttlMs: number): Promise<readonly Orphan[]>

  /** Says that this process lives, for `ttlMs`; returns how many do, itself included. */
  beat(member: string, ttlMs: number): Promise<number>
  /** Says that this process leaves. */
  leave(member: string): Promise<void>
  /**
   * Takes one of the places for actions that hurt the process which runs them, or extends it, never shortens it. There are
   * `max(1, floor(0.25 * members))`; false when all are taken.
   *
   * @param holder - unique to the process and to this stay: a `freeSlot()` of an earlier one that comes late frees nothing
   */
  takeSlot(holder: string, ttlMs: number): Promise<boolean>
  freeSlot(holder: string): Promise<void>
}

/** A server that the application uses and that its processes could coordinate through. */
export type CoordinatorCandidate = ServerCandidate<Coordinator>
