import type { Registry } from '@homeostat/signals'
import { withoutTracing } from '@homeostat/signals'
import type { QueueObject } from './queue-object.ts'
import { isOpen } from './queue-object.ts'
import { readQueue } from './queue-reader.ts'
import { QueueSeries } from './queue-series.ts'
import { QueueSource } from './queue-source.ts'

export interface QueueDirectoryOptions {
  readonly registry: Registry
  readonly timeoutMs: number
  /** Polls without an answer before the last reading is forgotten. */
  readonly staleAfter: number
  /** The present in milliseconds since the epoch. */
  readonly clock: () => number
}

/** The queues of the process: found, read once an interval, and forgotten when their last object is closed or collected. */
export class QueueDirectory {
  readonly #options: QueueDirectoryOptions
  readonly #known = new WeakSet<QueueObject>()
  readonly #sources = new Map<string, QueueSource>()
  readonly #series = new Map<string, QueueSeries>()
  #closed = false

  constructor(options: QueueDirectoryOptions) {
    this.#options = options
  }

  /**
   * Takes an object in. To be called whenever one passes by: all but the first time it is one look-up.
   *
   * @returns whether it is open and new
   */
  register(object: QueueObject): boolean {
    if (!isObject(object) || this.#known.has(object)) return false
    // Still inside of its constructor: it will pass by again.
    if (typeof object.qualifiedName !== 'string' || typeof object.name !== 'string' || !isObject(object.keys))
      return false
    this.#known.add(object)
    if (!isOpen(object)) return false
    const { qualifiedName, name } = object
    let source = this.#sources.get(qualifiedName)
    if (source === undefined) this.#sources.set(qualifiedName, (source = this.#source(name)))
    source.add(object)
    return true
  }

  /** Reads every queue once, without waiting for it. */
  poll(): void {
    this.prune()
    const now = this.#options.clock()
    withoutTracing(() => {
      for (const source of this.#sources.values()) source.poll(now)
    })
  }

  /** Takes the queues that are gone out of the telemetry. */
  prune(): void {
    for (const [qualifiedName, source] of this.#sources) {
      if (source.prune()) continue
      this.#sources.delete(qualifiedName)
      this.#publish(source.name)
    }
  }

  close(): void {
    this.#closed = true
    this.#sources.clear()
    for (const series of this.#series.values()) series.remove()
    this.#series.clear()
  }

  #source(name: string): QueueSource {
    const { timeoutMs, staleAfter, registry, clock } = this.#options
    return new QueueSource(name, {
      timeoutMs,
      staleAfter,
      read: (object, previous) => readQueue(object, { previous, clock }),
      onReading: () => this.#publish(name),
      onError: error => registry.faults.report('signal', error),
    })
  }

  #publish(name: string): void {
    // An answer that comes after the end has no receiver.
    if (this.#closed) return
    const sources = [...this.#sources.values()].filter(source => source.name === name)
    let series = this.#series.get(name)
    if (sources.length === 0) {
      series?.remove()
      this.#series.delete(name)
      return
    }
    if (series === undefined) this.#series.set(name, (series = new QueueSeries(this.#options.registry, name)))
    const readings = sources.map(({ reading }) => reading).filter(reading => reading !== undefined)
    series.publish(readings, this.#options.clock())
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
