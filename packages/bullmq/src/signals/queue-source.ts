import { troubleOf, type Unable } from '../redis/redis-trouble.ts'
import type { Flow } from '../scaling/queue-flow.ts'
import { QueueFlow } from '../scaling/queue-flow.ts'
import { RunTimeSums } from '../scaling/run-times.ts'
import { OpenObjects } from './open-objects.ts'
import type { QueueObject } from './queue-object.ts'
import { isOpen, ownConcurrency } from './queue-object.ts'
import type { QueueReading } from './queue-reading.ts'

export interface QueueSourceOptions {
  /** After this time without an answer a reading is reported, in milliseconds. */
  readonly timeoutMs: number
  /** Polls that brought nothing before the last reading is forgotten. */
  readonly staleAfter: number
  /** @param previous - the reading before this one, however old it is */
  readonly read: (object: QueueObject, previous: QueueReading | undefined) => Promise<QueueReading | undefined>
  readonly onReading: () => void
  /** A reading has failed, or has no answer in time. @param isLasting - it has been so for a while */
  readonly onUnable: (unable: Unable, isLasting: boolean) => void
  /** Called when Redis has answered a reading in time. */
  readonly onRead: () => void
  /** Takes errors that Redis did not cause. */
  readonly onError: (error: unknown) => void
}

/** One queue, seen through however many Queue and Worker objects the application has for it. */
export class QueueSource {
  readonly name: string
  /** The findings of the last poll; `undefined` before the first one, and when it is too old. */
  reading: QueueReading | undefined
  readonly #options: QueueSourceOptions
  /** How long the jobs of this process's workers ran. */
  readonly runs: RunTimeSums = new RunTimeSums()
  /** The same, for the part that raises the concurrency. */
  readonly recentRuns: RunTimeSums = new RunTimeSums()
  readonly #flow = new QueueFlow()
  readonly #members = new OpenObjects<QueueObject>()
  #previous: QueueReading | undefined
  #startedAt: number | undefined
  #reported = false
  #missed = 0
  /** Which object is asked: another one after a failure, as its connection may be a better one. */
  #turn = 0
  /** Why the connection was last lost or not made. Only its events say so. */
  #connectionTrouble: Unable | undefined

  constructor(name: string, options: QueueSourceOptions) {
    this.name = name
    this.#options = options
  }

  add(object: QueueObject): void {
    this.#members.add(object)
  }

  /** The open objects of the application for it. */
  get objects(): readonly QueueObject[] {
    return this.#members.all()
  }

  /** Takes in how long a job of a worker of this process ran. */
  ended(seconds: number): void {
    this.runs.add(seconds)
    this.recentRuns.add(seconds)
  }

  /** An object of the queue has emitted an error, which may be of its connection. */
  emitted(error: unknown): void {
    const unable = troubleOf(error)
    if (isOfConnection(unable)) this.#connectionTrouble = unable
  }

  /** A connection of the queue has ended. */
  disconnected(): void {
    this.#connectionTrouble ??= { trouble: 'unreachable' }
  }

  /** Forgets closed and collected objects; false when none is left. */
  prune(): boolean {
    return this.#members.all().length > 0
  }

  /** How jobs come and go; `undefined` before two readings, and when the last one is too old. */
  get flow(): Flow | undefined {
    return this.reading?.counts === undefined ? undefined : this.#flow.flow
  }

  /** How many jobs the workers of this process run at once. */
  get ownSlots(): number {
    return this.#members.all().reduce((sum, object) => sum + ownConcurrency(object), 0)
  }

  /** Sends one reading, unless the last one is still on its way. */
  poll(now: number): void {
    if (this.#startedAt !== undefined) {
      this.#miss()
      if (this.#reported || now - this.#startedAt < this.#options.timeoutMs) return
      // When the event loop was held, the answer may be there and is read in this very turn.
      setImmediate(() => this.#reportSlow(now))
      return
    }
    const objects = this.#members.all()
    const object = objects[this.#turn % objects.length]
    if (object === undefined) return
    this.#startedAt = now
    this.#reported = false
    void this.#read(object)
  }

  #reportSlow(polledAt: number): void {
    const { timeoutMs, onUnable } = this.#options
    if (this.#reported || this.#startedAt === undefined || polledAt - this.#startedAt < timeoutMs) return
    this.#reported = true
    // A client library may keep what it has sent until it is connected again.
    onUnable(this.#connectionTrouble ?? { trouble: 'slow' }, true)
  }

  async #read(object: QueueObject): Promise<void> {
    const { read, onRead } = this.#options
    try {
      const reading = await read(object, this.#previous)
      if (reading === undefined) return this.#miss()
      this.reading = this.#previous = reading
      this.#missed = 0
      this.#connectionTrouble = undefined
      if (!this.#reported) onRead()
      this.#follow(reading)
    } catch (error) {
      // The application is closing the connection, which is not a failure.
      if (!isOpen(object)) return
      this.#turn += 1
      this.#miss()
      this.#failed(error)
    } finally {
      this.#startedAt = undefined
      this.#options.onReading()
    }
  }

  #failed(error: unknown): void {
    const { onUnable, onError } = this.#options
    const unable = troubleOf(error)
    if (unable.trouble === 'unknown') onError(error)
    else onUnable((unable.trouble === 'unreachable' && this.#connectionTrouble) || unable, false)
  }

  #follow({ jobs, counts }: QueueReading): void {
    if (counts === undefined) return
    const { active = 0, paused = 0, waiting = 0, prioritized = 0, delayed = 0 } = jobs
    this.#flow.observe({
      atMs: performance.now(),
      added: counts.added,
      newestMade: counts.newestMade,
      newestUnmade: counts.newestUnmade,
      ready: waiting + prioritized + paused + counts.due,
      isPaused: counts.isPaused,
      active,
      unfinished: waiting + prioritized + paused + delayed + active + (jobs['waiting-children'] ?? 0),
      runs: this.runs.take(),
    })
  }

  #miss(): void {
    this.#missed += 1
    if (this.#missed < this.#options.staleAfter || this.reading === undefined) return
    this.reading = undefined
    this.#options.onReading()
  }
}

/** Replies to commands of the application mean something else. */
function isOfConnection({ trouble }: Unable): boolean {
  return ['unreachable', 'credentials', 'protected', 'connections', 'unready'].includes(trouble)
}
