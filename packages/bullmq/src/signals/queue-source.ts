import { QueueReadingSlowError } from '../errors.ts'
import { OpenObjects } from './open-objects.ts'
import type { QueueObject } from './queue-object.ts'
import { isOpen } from './queue-object.ts'
import type { QueueReading } from './queue-reading.ts'

export interface QueueSourceOptions {
  /** After this time without an answer a reading is reported, in milliseconds. */
  readonly timeoutMs: number
  /** Polls that brought nothing before the last reading is forgotten. */
  readonly staleAfter: number
  /** @param previous - the reading before this one, however old it is */
  readonly read: (object: QueueObject, previous: QueueReading | undefined) => Promise<QueueReading>
  readonly onReading: () => void
  readonly onError: (error: unknown) => void
}

/** One queue, seen through however many Queue and Worker objects the application has for it. */
export class QueueSource {
  readonly name: string
  /** What the last poll found; `undefined` before the first one, and when it is too old. */
  reading: QueueReading | undefined
  readonly #options: QueueSourceOptions
  readonly #members = new OpenObjects<QueueObject>()
  #previous: QueueReading | undefined
  #startedAt: number | undefined
  #reported = false
  #missed = 0

  constructor(name: string, options: QueueSourceOptions) {
    this.name = name
    this.#options = options
  }

  add(object: QueueObject): void {
    this.#members.add(object)
  }

  /** Forgets closed and collected objects; false when none is left. */
  prune(): boolean {
    return this.#members.all().length > 0
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
    const [object] = this.#members.all()
    if (object === undefined) return
    this.#startedAt = now
    this.#reported = false
    void this.#read(object)
  }

  #reportSlow(polledAt: number): void {
    const { timeoutMs, onError } = this.#options
    if (this.#reported || this.#startedAt === undefined || polledAt - this.#startedAt < timeoutMs) return
    this.#reported = true
    onError(new QueueReadingSlowError(this.name, timeoutMs))
  }

  async #read(object: QueueObject): Promise<void> {
    try {
      this.reading = this.#previous = await this.#options.read(object, this.#previous)
      this.#missed = 0
    } catch (error) {
      // The application is closing the connection, which is not a failure.
      if (!isOpen(object)) return
      this.#miss()
      this.#options.onError(error)
    } finally {
      this.#startedAt = undefined
      this.#options.onReading()
    }
  }

  #miss(): void {
    this.#missed += 1
    if (this.#missed < this.#options.staleAfter || this.reading === undefined) return
    this.reading = undefined
    this.#options.onReading()
  }
}
