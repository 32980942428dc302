import type { Registry } from '@homeostat/signals'
import { after, withoutTracing } from '@homeostat/signals'
import { readingError } from '../errors.ts'
import { Outages } from '../redis/outages.ts'
import type { QueueObject } from './queue-object.ts'
import { isOpen } from './queue-object.ts'
import { readQueue } from './queue-reader.ts'
import { QueueSeries } from './queue-series.ts'
import { QueueSource } from './queue-source.ts'

/** The queues of the application, for the parts that act on them. */
export interface Queues {
  /** Those of one name, under whatever prefix; none while the instrumentation is off. */
  named(name: string): readonly QueueSource[]
  /** All of them. */
  all(): readonly QueueSource[]
}

/** Queues that are read in one go. The commands of the application wait behind no more scripts than these. */
const AT_ONCE = 5
/** The time between two goes. With very many queues it is shorter, so that all are read within this share of the interval. */
const GAP_MS = 20
const ROUND_SHARE = 0.8

export interface QueueDirectoryOptions {
  readonly registry: Registry
  readonly timeoutMs: number
  readonly pollIntervalMs: number
  /** Polls without an answer before the last reading is forgotten. */
  readonly staleAfter: number
  /** The present in milliseconds since the epoch. */
  readonly clock: () => number
  /** The age that the needed concurrency is to hold, in seconds. */
  readonly targetAgeSeconds: number
}

/** The queues of the process: found, read once an interval, and forgotten when their last object is closed or collected. */
export class QueueDirectory implements Queues {
  readonly #options: QueueDirectoryOptions
  readonly #known = new WeakSet<QueueObject>()
  readonly #sources = new Map<string, QueueSource>()
  readonly #series = new Map<string, QueueSeries>()
  readonly #outages: Outages
  #round: Disposable | undefined
  #closed = false

  constructor(options: QueueDirectoryOptions) {
    this.#options = options
    this.#outages = new Outages({
      faults: options.registry.faults,
      component: 'signal',
      errorOf: (queues, unable) => readingError(queues, unable, options.timeoutMs),
      recovery: 'the sizes are read again',
    })
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
    if (source === undefined) this.#sources.set(qualifiedName, (source = this.#source(qualifiedName, name)))
    source.add(object)
    return true
  }

  /** The queues of one name, under whatever prefix. */
  named(name: string): readonly QueueSource[] {
    return [...this.#sources.values()].filter(source => source.name === name)
  }

  all(): readonly QueueSource[] {
    return [...this.#sources.values()]
  }

  /** An object of a queue has emitted something. */
  emitted({ qualifiedName }: QueueObject, event: unknown, subject: unknown): void {
    if (event === 'error') this.#sources.get(qualifiedName)?.emitted(subject)
    else if (event === 'ioredis:close') this.#sources.get(qualifiedName)?.disconnected()
  }

  /** Counts a job that a worker of this process has ended, and how long it ran. */
  ended({ qualifiedName }: QueueObject, seconds: number): void {
    this.#sources.get(qualifiedName)?.ended(seconds)
  }

  /** Reads every queue once, without waiting for it: the first ones now, and the others one after the other. */
  poll(): void {
    this.prune()
    // A process that gets too little CPU is late with its timers.
    if (this.#round !== undefined) return
    const sources = [...this.#sources.values()]
    const goes = Math.ceil(sources.length / AT_ONCE)
    this.#read(sources, Math.min(GAP_MS, (ROUND_SHARE * this.#options.pollIntervalMs) / goes))
  }

  #read(sources: readonly QueueSource[], gapMs: number): void {
    const now = this.#options.clock()
    withoutTracing(() => {
      for (const source of sources.slice(0, AT_ONCE)) source.poll(now)
    })
    const rest = sources.slice(AT_ONCE)
    this.#round = rest.length === 0 ? undefined : after(gapMs, () => this.#read(rest, gapMs))
  }

  /** Takes the queues that are gone out of the telemetry. */
  prune(): void {
    for (const [qualifiedName, source] of this.#sources) {
      if (source.prune()) continue
      this.#sources.delete(qualifiedName)
      this.#outages.forget(qualifiedName)
      this.#publish(source.name)
    }
  }

  close(): void {
    this.#closed = true
    this.#round?.[Symbol.dispose]()
    this.#outages[Symbol.dispose]()
    this.#sources.clear()
    for (const series of this.#series.values()) series.remove()
    this.#series.clear()
  }

  #source(key: string, name: string): QueueSource {
    const { timeoutMs, staleAfter, registry, clock } = this.#options
    return new QueueSource(name, {
      timeoutMs,
      staleAfter,
      read: (object, previous) => readQueue(object, { previous, clock }),
      onReading: () => this.#publish(name),
      onUnable: (unable, isLasting) => {
        if (!this.#closed) this.#outages.failed(key, name, unable, isLasting)
      },
      onRead: () => this.#outages.works(key),
      onError: error => registry.faults.report('signal', error),
    })
  }

  #publish(name: string): void {
    // An answer that comes after the end has no receiver.
    if (this.#closed) return
    const sources = this.named(name)
    let series = this.#series.get(name)
    if (sources.length === 0) {
      series?.remove()
      this.#series.delete(name)
      return
    }
    const { registry, targetAgeSeconds, clock } = this.#options
    if (series === undefined) this.#series.set(name, (series = new QueueSeries(registry, name, targetAgeSeconds)))
    series.publish(sources, clock())
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
