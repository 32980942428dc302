import type { Priority } from '../../src/shedding/priority.ts'
import type { ShedLawOptions } from '../../src/shedding/shed-law.ts'
import { SHED_DEFAULTS, ShedLaw } from '../../src/shedding/shed-law.ts'
import { UsualDuration } from '../../src/shedding/usual-duration.ts'

/** What became of the requests of a plant. */
export interface PlantResult {
  /** The share of the capacity that went into answers. */
  readonly goodput: number
  /** The share of the requests that were answered, by priority. */
  readonly answered: Readonly<Record<string, number>>
  readonly refused: number
  /** Percentiles of the durations of requests that arrived after the lead, in milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly isShedding: boolean
}

/** A load on a plant. */
export interface PlantLoad {
  /** Arriving work as a ratio to the capacity, by time in milliseconds. */
  readonly load: (ms: number) => number
  readonly ms: number
  readonly random: () => number
  /** Earlier requests are not part of the percentiles. @default 0 */
  readonly leadMs?: number
  /** Shares of the priorities. @default all are normal */
  readonly mix?: Readonly<Partial<Record<Priority, number>>>
  /** @default sheds by its defaults */
  readonly options?: ShedLawOptions
  /** Or only notes what it would have refused, as in mode `advise`. @default true */
  readonly sheds?: boolean | 'notes'
}

class Tally {
  readonly #seen = new Map<string, { came: number; answered: number }>()
  readonly #latencies: number[] = []
  readonly #leadMs: number
  refused = 0

  constructor(leadMs: number) {
    this.#leadMs = leadMs
  }

  came(priority: string): void {
    this.#of(priority).came++
  }

  answered(priority: string, arrivedMs: number, nowMs: number): void {
    this.#of(priority).answered++
    if (arrivedMs >= this.#leadMs) this.#latencies.push(nowMs - arrivedMs)
  }

  result(goodput: number, isShedding: boolean): PlantResult {
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    return {
      goodput,
      answered: Object.fromEntries([...this.#seen].map(([name, { came, answered }]) => [name, answered / came])),
      refused: this.refused,
      p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      isShedding,
    }
  }

  #of(priority: string): { came: number; answered: number } {
    let seen = this.#seen.get(priority)
    if (seen === undefined) this.#seen.set(priority, (seen = { came: 0, answered: 0 }))
    return seen
  }
}

function exponential(random: () => number, mean: number): number {
  return -Math.log(1 - random()) * mean
}

function drawn(random: () => number, mix: PlantLoad['mix']): Priority {
  let choice = random()
  for (const [priority, share] of Object.entries(mix ?? {})) if ((choice -= share) < 0) return priority as Priority
  return 'normal'
}

/**
 * An event loop in virtual time: a turn serves, one after the other, the requests that have arrived by its beginning; whatever arrives
 * meanwhile waits for the next one.
 */
export function loopPlant(
  plant: PlantLoad & {
    /** Mean time of the loop per request, in milliseconds. */
    readonly requestMs: number
    /** Whether the times are drawn, or all the same. @default false */
    readonly varies?: boolean
    /** How long it takes to refuse one, in milliseconds. @default 0.05 */
    readonly refusalMs?: number
    /** Stalls: how long, and how often. @default none */
    readonly stall?: { readonly everyMs: number; readonly ms: number }
    /** How many times slower requests are within the first time: code that is not compiled. @default never */
    readonly cold?: { readonly ms: number; readonly factor: number }
  },
): PlantResult {
  const { load, ms, random, leadMs = 0, mix, options = SHED_DEFAULTS, sheds = true } = plant
  const { requestMs, varies = false, refusalMs = 0.05, stall, cold } = plant
  const law = new ShedLaw(options)
  const tally = new Tally(leadMs)
  let now = 0
  let workMs = 0
  let arrivesAt = 0
  let stallsAt = stall?.everyMs ?? Number.POSITIVE_INFINITY
  let waiting: { at: number; priority: Priority }[] = []
  const arrive = (): void => {
    for (; arrivesAt <= now; arrivesAt += exponential(random, requestMs / load(arrivesAt)))
      waiting.push({ at: arrivesAt, priority: drawn(random, mix) })
  }
  while (now < ms) {
    arrive()
    if (waiting.length === 0) {
      now = arrivesAt
      continue
    }
    const batch = waiting
    waiting = []
    const began = now
    for (const { at, priority } of batch) {
      if (stall && now >= stallsAt) {
        now += stall.ms
        stallsAt = now + stall.everyMs
      }
      tally.came(priority)
      const reason = sheds === false ? undefined : law.refusal(priority, now - began, 0, now)
      if (reason !== undefined) {
        tally.refused++
        if (sheds !== 'notes') {
          now += refusalMs
          continue
        }
        law.letThrough(reason)
      }
      const slow = cold && now < cold.ms ? cold.factor : 1
      const tookMs = (varies ? exponential(random, requestMs) : requestMs) * slow
      workMs += tookMs / slow
      now += tookMs
      tally.answered(priority, at, now)
    }
    law.endTurn(now - began, now)
  }
  return tally.result(workMs / now, law.isShedding)
}

/**
 * A pool in virtual time: requests wait for one of its connections, and use it for a while. The event loop has nothing to do.
 */
export function poolPlant(
  plant: PlantLoad & {
    readonly connections: number
    /** Mean time of a connection per request at a time, in milliseconds. Varies. */
    readonly useMs: (ms: number) => number
    /** What {@link PlantLoad.load} is a ratio of, in requests per millisecond. @default what all connections serve */
    readonly ratePerMs?: number
  },
): PlantResult {
  const { load, ms, random, leadMs = 0, options = SHED_DEFAULTS, connections, useMs } = plant
  const ratePerMs = plant.ratePerMs ?? connections / useMs(0)
  const law = new ShedLaw(options)
  const usual = new UsualDuration()
  const tally = new Tally(leadMs)
  const queue: number[] = []
  let ends: { at: number; arrivedAt: number }[] = []
  let now = 0
  let arrivesAt = 0
  let samplesAt = law.periodMs
  let sampledAt = 0
  let inFlight = 0
  let answered = 0
  let sample = { completed: 0, durationMs: 0, usualMs: 0, refused: 0 }
  const serve = (arrivedAt: number): void => void ends.push({ at: now + exponential(random, useMs(now)), arrivedAt })
  while (now < ms) {
    let next = { at: Number.POSITIVE_INFINITY, arrivedAt: 0 }
    for (const end of ends) if (end.at < next.at) next = end
    now = Math.min(samplesAt, arrivesAt, next.at)
    if (now === samplesAt) {
      law.advance({ periodMs: now - sampledAt, inFlight, ...sample }, now)
      usual.advance(now - sampledAt, law.mayLearn)
      sample = { completed: 0, durationMs: 0, usualMs: 0, refused: 0 }
      sampledAt = now
      samplesAt = now + law.periodMs
    } else if (now === arrivesAt) {
      arrivesAt += exponential(random, 1 / (load(now) * ratePerMs))
      tally.came('normal')
      if (law.refusal('normal', 0, inFlight, now) === undefined) {
        inFlight++
        if (ends.length < connections) serve(now)
        else queue.push(now)
      } else {
        tally.refused++
        sample.refused++
      }
      law.endTurn(0.1, now)
    } else {
      ends = ends.filter(end => end !== next)
      const { arrivedAt } = next
      inFlight--
      answered++
      tally.answered('normal', arrivedAt, now)
      usual.record(now - arrivedAt)
      sample.completed++
      sample.durationMs += now - arrivedAt
      sample.usualMs += usual.ms === 0 ? now - arrivedAt : usual.ms
      const waits = queue.shift()
      if (waits !== undefined) serve(waits)
    }
  }
  return tally.result(answered / (ms * (connections / useMs(now))), law.isShedding)
}
