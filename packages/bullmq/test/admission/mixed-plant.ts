import { Registry } from '@homeostat/signals'
import { Admission, type Ticket } from '../../src/admission/admission.ts'
import { AdmissionLimits } from '../../src/admission/admission-limits.ts'
import { SlotTrial, TRIAL_LOOK_MS } from '../../src/admission/slot-trial.ts'
import type { Arms } from '../../src/admission/trial-slots.ts'

const SLOTS = 8
const BURSTS = 10
/** Other work takes this much of each turn of the loop, in milliseconds. */
const BASE_MS = 1

interface Job {
  readonly askedAt: number
  ticket: Ticket
  left: number
}

/** An event loop in virtual time, with jobs that compute in steps of about 10 ms and ask the admission before they run. */
export class MixedPlant {
  readonly limits = new AdmissionLimits()
  /** How long the jobs have waited that wait in the queue, in milliseconds: the longest. */
  oldestMs = 0
  readonly #admission = new Admission()
  readonly #random: () => number
  readonly #jobsPerSecond: number
  readonly #queued: number[] = []
  #slots: Job[] = []
  #nextAt: number
  #now: number
  #looks = 0
  readonly #registry: Registry
  #trial: SlotTrial | undefined
  #control = 0
  #lookedAt = 0

  constructor({
    startAt,
    jobsPerSecond,
    random,
    registry,
  }: {
    startAt: number
    jobsPerSecond: number
    random: () => number
    registry: Registry
  }) {
    this.#registry = registry
    this.#random = random
    this.#jobsPerSecond = jobsPerSecond
    this.#now = startAt
    this.#nextAt = startAt
  }

  /** Runs until a time; returns how long each turn of the loop took, in milliseconds. */
  runUntil(until: number): readonly number[] {
    const turns: number[] = []
    while (this.#now < until) {
      const took = this.#turn()
      turns.push(took)
      this.#now += took
    }
    return turns
  }

  /** As the gate does it. */
  divide(arms: Arms | undefined, control: number): void {
    this.#trial?.[Symbol.dispose]()
    this.#control = control
    this.#trial =
      arms &&
      new SlotTrial({
        arms,
        registry: this.#registry,
        tickets: () => this.#admission.open,
        isFair: () => true,
        now: this.#now,
      })
    this.#turnLimit()
  }

  #turnLimit(): void {
    this.limits.tryLoop(this.#trial !== undefined, this.#trial?.arm === 'control' ? this.#control : undefined)
  }

  #turn(): number {
    const now = this.#now
    for (; this.#nextAt <= now; this.#nextAt += (-Math.log(1 - this.#random()) * 1000) / this.#jobsPerSecond)
      this.#queued.push(this.#nextAt)
    this.#admission.turn()
    this.#admission.limit(this.limits.capacity)
    this.#admission.advance(now)
    while (this.#slots.length < SLOTS && this.#queued.length > 0) {
      const askedAt = this.#queued.shift()!
      const asked = { demand: { loop: 1, database: 0 }, expectedMs: 10 * BURSTS, firstAskedAt: now }
      this.#slots.push({ askedAt, ticket: this.#admission.ask(asked, now), left: BURSTS })
    }
    this.oldestMs = this.#queued.length > 0 ? now - this.#queued[0]! : 0
    let took = BASE_MS
    for (const job of this.#slots) {
      if (job.ticket.state !== 'running') continue
      took += 8 + 4 * this.#random()
      if (--job.left === 0) this.#admission.end(job.ticket, now + took)
    }
    if (now + took - this.#lookedAt >= TRIAL_LOOK_MS) {
      this.#trial?.look(now + took)
      this.#lookedAt = now + took
    }
    const hasWaited = this.#slots.some(({ ticket }) => ticket.state === 'waiting')
    this.#slots = this.#slots.filter(({ left }) => left > 0)
    // As often as the gate looks.
    if (++this.#looks % 20 === 0) {
      if (this.#trial?.advance(now + took) === true) this.#turnLimit()
      this.limits.advance(now, { utilization: this.#slots.length > 0 ? 0.95 : 0.3, hasWaited, held: 0 })
    }
    return took
  }
}
