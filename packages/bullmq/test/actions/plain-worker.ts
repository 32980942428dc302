import { SeenWorkers } from '../../src/signals/seen-workers.ts'

/** The part of a Worker that the knob depends on, without a Redis. */
export class PlainWorker {
  readonly name: string
  readonly qualifiedName = 'bull:webhook'
  readonly keys = {}
  closing: unknown
  #concurrency: number

  constructor(concurrency: number, name = 'webhook') {
    this.name = name
    this.#concurrency = concurrency
  }

  get concurrency(): number {
    return this.#concurrency
  }
  set concurrency(concurrency: number) {
    if (!Number.isFinite(concurrency) || concurrency < 1) throw new Error('concurrency must be a number greater than 0')
    this.#concurrency = concurrency
  }
}

/** The workers of a process, all of them seen. */
export function seen(...workers: readonly PlainWorker[]): SeenWorkers {
  const all = new SeenWorkers()
  for (const worker of workers) all.add(worker)
  return all
}
