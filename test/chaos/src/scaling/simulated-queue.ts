import type { PlannedJob } from './arrival-kinds.ts'

/** A queue that is first in, first out, and slots that take its jobs. In virtual time, event by event. */
export class SimulatedQueue {
  readonly #jobs: readonly PlannedJob[]
  readonly #ends = new Heap()
  #added = 0
  #started = 0
  #slots = 0
  #now = 0
  /** How long each started job has waited, in seconds. */
  readonly waits: number[] = []
  /** When each started job was started, in the order of the jobs. */
  readonly startedAt: number[] = []
  #ended = { jobs: 0, seconds: 0 }

  constructor(jobs: readonly PlannedJob[]) {
    this.#jobs = jobs
  }

  get added(): number {
    return this.#added
  }

  get waiting(): number {
    return this.#added - this.#started
  }

  get active(): number {
    return this.#ends.size
  }

  get oldestAge(): number {
    const oldest = this.#jobs[this.#started]
    return this.waiting > 0 && oldest !== undefined ? this.#now - oldest.at : 0
  }

  /** The seconds of work that wait: what nobody but an oracle knows. */
  get waitingWork(): number {
    let work = 0
    for (let job = this.#started; job < this.#added; job++) work += this.#jobs[job]?.run ?? 0
    return work
  }

  /** The runs that have ended since the last call. */
  takeEnded(): { jobs: number; seconds: number } {
    const ended = this.#ended
    this.#ended = { jobs: 0, seconds: 0 }
    return ended
  }

  /** Jobs that run beyond fewer slots run to their end. */
  setSlots(slots: number): void {
    this.#slots = slots
    this.#start()
  }

  advance(to: number): void {
    for (;;) {
      const arrival = this.#jobs[this.#added]?.at ?? Number.POSITIVE_INFINITY
      const end = this.#ends.least?.at ?? Number.POSITIVE_INFINITY
      const next = Math.min(arrival, end)
      if (next > to) break
      this.#now = next
      if (end <= arrival) this.#end()
      else this.#added++
      this.#start()
    }
    this.#now = to
  }

  #start(): void {
    while (this.active < this.#slots && this.#started < this.#added) {
      const { at, run } = this.#jobs[this.#started]!
      this.#started++
      this.waits.push(this.#now - at)
      this.startedAt.push(this.#now)
      this.#ends.push({ at: this.#now + run, run })
    }
  }

  #end(): void {
    const { run } = this.#ends.pop()!
    this.#ended.jobs += 1
    this.#ended.seconds += run
  }
}

interface End {
  readonly at: number
  readonly run: number
}

/** A binary heap of the jobs that run, by the time at which they end. */
class Heap {
  readonly #items: End[] = []

  get size(): number {
    return this.#items.length
  }

  get least(): End | undefined {
    return this.#items[0]
  }

  push(item: End): void {
    const items = this.#items
    let place = items.length
    items.push(item)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (items[parent]!.at <= item.at) break
      items[place] = items[parent]!
      place = parent
    }
    items[place] = item
  }

  pop(): End | undefined {
    const items = this.#items
    const least = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return least
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= items.length) break
      if (child + 1 < items.length && items[child + 1]!.at < items[child]!.at) child++
      if (items[child]!.at >= last.at) break
      items[place] = items[child]!
      place = child
    }
    items[place] = last
    return least
  }
}
