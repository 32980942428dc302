import type { LoopHolds } from '@homeostat/signals'
import { disposeTogether, isWorkUsed, patchMethod } from '@homeostat/signals'
import { UnsupportedDriverError } from '../errors.ts'
import type { Database } from './database.ts'
import type { ClientClass, ClientShape, ConnectionShape, QueryShape } from './driver.ts'
import { missingMethod } from './driver.ts'
import type { HeldAnswers } from './held-answers.ts'
import type { RepeatedStatements } from './repeated-statements.ts'
import type { RunningQueries } from './running-queries.ts'
import { mayBeCommand } from './session-settings.ts'
import { QueuedWork } from './queued-work.ts'
import { watchSubmittable } from './submittable.ts'

/** What the timing needs of the connections. */
export interface MeasuredConnections {
  /** The queries under way on a connection; undefined for one that is not (yet) measured. */
  runningOn(connection: ConnectionShape | undefined): RunningQueries | undefined
  /** A connection is used that `runningOn` does not know. */
  meet(client: ClientShape): void
  /** True for a connection that {@link meet} knows already. */
  isMet(connection: ConnectionShape): boolean
}

/** What the timing asks and reports; the caller contains every method. */
export interface TimingObserver {
  /** The connections that are measured. */
  readonly connections: MeasuredConnections
  /** A statement took as long as the threshold or longer. */
  slow(query: QueryShape, database: Database, connection: ConnectionShape, durationMs: number): void
  /** Whether anybody listens to {@link ended}. */
  readonly listeners: { readonly areThere: boolean }
  /** A statement has succeeded. */
  ended(query: QueryShape, connection: ConnectionShape, durationMs: number): void
  /** Something of ours failed. */
  report(error: unknown): void
  /** Milliseconds above which {@link slow} is called. */
  readonly slowMs: number
  /** A monotonic clock in milliseconds. */
  now(): number
  /** Takes the time that the event loop was held off a duration. */
  readonly holds: LoopHolds
  /** Counts statements that were slow only because the event loop was held. */
  readonly heldAnswers: HeldAnswers
  /** Finds statements that one request sends again and again. */
  readonly repeats: RepeatedStatements
  /** The prototypes of the query classes that are timed, of all copies of pg. */
  readonly timed: WeakSet<object>
}

/**
 * Times the queries of one copy of pg by wrapping four of its methods: a client's `query`, which knows the database of a
 * connection, and the query object's `submit`, `handleReadyForQuery` and `handleError`, between which the server works.
 * Every calling form (text, config, prepared, callback, promise, pipeline, `pool.query`) goes through these, so that
 * callbacks, promises and errors are never touched.
 *
 * The duration is that of the statement: from its submission to the connection to the end of its answer. Waiting for a
 * pool or behind other statements of the same client is not in it, nor is the time that an answer may have waited because
 * the event loop was held. A `pool.query()` that gets an idle connection submits in the same call, so it begins when that is lent.
 */
export function timeQueries(clientClass: ClientClass, observer: TimingObserver): () => void {
  const { Query } = clientClass
  const missing =
    missingMethod(clientClass, ['query']) ?? missingMethod(Query, ['submit', 'handleReadyForQuery', 'handleError'])
  if (missing !== undefined) throw new UnsupportedDriverError(missing)

  const failed = new WeakSet<QueryShape>()
  const queued = new QueuedWork()
  observer.timed.add(Query.prototype)
  const restores = [
    patchMethod(clientClass.prototype, 'query', (original, isActive) => {
      return function query(this: ClientShape, config: unknown) {
        if (isActive() && !isUsual(this, config, observer)) beforeQuery(this, config, observer, isActive)
        // oxlint-disable-next-line prefer-rest-params -- hands on exactly what came, without an array
        const result = original.apply(this, arguments as unknown as unknown[])
        if (isWorkUsed() && isActive()) noteWork(this, queued, observer)
        return result
      }
    }),
    patchMethod(Query.prototype, 'submit', (original, isActive) => {
      return function submit(this: QueryShape, connection: ConnectionShape) {
        if (isActive()) startQuery(this, connection, observer, queued)
        return original.call(this, connection)
      }
    }),
    patchMethod(Query.prototype, 'handleReadyForQuery', (original, isActive) => {
      return function handleReadyForQuery(this: QueryShape, connection: ConnectionShape) {
        // A row that could not be parsed ends in handleError, which the original calls itself.
        if (isActive() && !this._canceledDueToError) endQuery(this, connection, observer)
        return original.call(this, connection)
      }
    }),
    patchMethod(Query.prototype, 'handleError', (original, isActive) => {
      return function handleError(this: QueryShape, error: unknown, connection: ConnectionShape) {
        if (isActive()) failQuery(this, error, connection, observer, failed)
        return original.call(this, error, connection)
      }
    }),
  ]
  restores.push(() => void observer.timed.delete(Query.prototype))
  const undo = disposeTogether(...restores.map(restore => ({ [Symbol.dispose]: restore })))
  return () => undo[Symbol.dispose]()
}

/** A text for a connection that is measured already: nothing is to be done before it. */
function isUsual(client: ClientShape | undefined, config: unknown, { connections }: TimingObserver): boolean {
  try {
    return typeof config === 'string' && connections.runningOn(client?.connection) !== undefined
  } catch {
    return false
  }
}

function beforeQuery(client: ClientShape, config: unknown, observer: TimingObserver, isActive: () => boolean): void {
  try {
    const connection: unknown = client?.connection
    if (typeof connection !== 'object' || connection === null) return
    if (!observer.connections.isMet(client.connection)) observer.connections.meet(client)
    // The common case: a text, or a config object without `submit`.
    if (typeof config !== 'object' || config === null) return
    if (typeof (config as QueryShape).submit !== 'function' || isTimed(config, observer.timed)) return
    const database = observer.connections.runningOn(client.connection)?.database
    if (database !== undefined) watchSubmittable(config as QueryShape, database, observer, isActive)
  } catch (error) {
    observer.report(error)
  }
}

/** A query of any copy of pg, also of another one than the client's, or of a subclass. */
function isTimed(query: object, timed: WeakSet<object>): boolean {
  for (let next: object | null = query; next !== null; next = Object.getPrototypeOf(next) as object | null) {
    if (timed.has(next)) return true
  }
  return false
}

function noteWork(client: ClientShape, queued: QueuedWork, observer: TimingObserver): void {
  try {
    queued.note(client)
  } catch (error) {
    observer.report(error)
  }
}

function startQuery(
  query: QueryShape,
  connection: ConnectionShape,
  observer: TimingObserver,
  queued: QueuedWork,
): void {
  try {
    const running = observer.connections.runningOn(connection)
    if (running === undefined) return
    const { borrower } = running
    // Only pg-pool has run since then, and reading the clock costs as much as all the rest here.
    const now = borrower?.isHandedToQuery ? borrower.since : observer.now()
    running.start(query, now, isWorkUsed() ? queued.of(query) : undefined)
    observer.holds.started(now)
  } catch (error) {
    observer.report(error)
  }
}

function endQuery(query: QueryShape, connection: ConnectionShape, observer: TimingObserver): void {
  try {
    const running = observer.connections.runningOn(connection)
    if (running === undefined) return
    const startedAt = running.end(query)
    if (startedAt < 0) return
    const now = observer.now()
    running.endedAt = now
    const durationMs = observer.holds.duration(startedAt, now)
    running.database.recordSuccess(durationMs / 1000)
    // A duration is at most the whole time.
    if (now - startedAt >= observer.slowMs) noteSlow(query, connection, running, startedAt, durationMs, observer)
    if (observer.listeners.areThere) observer.ended(query, connection, durationMs)
    if (now >= observer.repeats.restsUntil) observer.repeats.note(running, now, durationMs)
    running.creditWork((now - startedAt + durationMs) / 2)
    if (mayBeCommand(query.text)) running.session.note(query)
  } catch (error) {
    observer.report(error)
  }
}

/** It was slow for the application: the server's work, or its answer had to wait for the event loop. */
function noteSlow(
  query: QueryShape,
  connection: ConnectionShape,
  running: RunningQueries,
  startedAt: number,
  durationMs: number,
  observer: TimingObserver,
): void {
  const { database, endedAt, endedFor } = running
  if (durationMs >= observer.slowMs) observer.slow(query, database, connection, durationMs)
  else {
    observer.heldAnswers.note(endedAt - startedAt, durationMs, endedFor, endedAt)
    database.recordHeld()
  }
}

function failQuery(
  query: QueryShape,
  cause: unknown,
  connection: ConnectionShape,
  observer: TimingObserver,
  failed: WeakSet<QueryShape>,
): void {
  try {
    const running = observer.connections.runningOn(connection)
    if (running === undefined) return
    const startedAt = running.end(query)
    // After a read timeout the loss of the connection may be reported too: one failure.
    if (startedAt < 0 && failed.has(query)) return
    failed.add(query)
    // One that is not running was refused before it was sent, e.g. by a client that has ended: it failed at once.
    const now = observer.now()
    running.endedAt = now
    const durationMs = startedAt < 0 ? 0 : observer.holds.duration(startedAt, now)
    running.database.recordFailure(durationMs / 1000, query._canceledDueToError || cause)
    if (durationMs >= observer.slowMs) observer.slow(query, running.database, connection, durationMs)
    if (startedAt >= 0) running.creditWork((now - startedAt + durationMs) / 2)
  } catch (error) {
    observer.report(error)
  }
}
