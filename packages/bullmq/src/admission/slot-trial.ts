import type { CounterSeries, Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import type { Ticket } from './admission.ts'
import { TrialSlots, type Arm, type Arms } from './trial-slots.ts'

/** How often the loop is to be looked at, in milliseconds. */
export const TRIAL_LOOK_MS = 5
/** Timers are so much late also where nothing holds the loop. */
const PUNCTUAL_MS = 2
/** The jobs that are left of earlier slots do not matter when together they take less of the loop than this. */
const LITTLE = 0.25

interface HalfSeries {
  readonly moments: CounterSeries
  readonly delay: CounterSeries
}

/** Options of `new SlotTrial()`. */
export interface SlotTrialOptions {
  readonly arms: Arms
  readonly registry: Registry
  /** The heavy jobs that have asked and have not ended. */
  readonly tickets: () => readonly Ticket[]
  /** Whether the halves can be compared now; else nothing is counted. */
  readonly isFair: () => boolean
  /** When it begins, in milliseconds of the clock of all later calls. */
  readonly now: number
}

/**
 * Compares the event loop with the limit and without it, in short slots of time.
 *
 * The trial does not divide jobs by their ids. A job that starts at once delays the jobs and requests of both halves, and the jobs that
 * wait let it go first. Both halves would share the benefit, and would differ only in who goes first.
 *
 * One slot changes little for the next one. The loop is one CPU, so both halves leave the same work behind, and the time until that work
 * is done counts for neither. This holds where the limit is one loop or more. Below that, the slots without a limit would do the work
 * that the others have left, so the trial counts nothing.
 *
 * It counts, for each moment of a slot, how late something would run that is due then.
 */
export class SlotTrial implements Disposable {
  readonly #options: SlotTrialOptions
  readonly #slots: TrialSlots
  readonly #series: Readonly<Record<Arm, HalfSeries>>
  #earlier: readonly Ticket[]
  /** NaN: the time since the last look does not count. */
  #lookedAt = Number.NaN

  constructor(options: SlotTrialOptions) {
    const { arms, registry, tickets, now } = options
    this.#options = options
    this.#slots = new TrialSlots(arms, now)
    this.#earlier = tickets()
    this.#series = { act: halfSeries(registry, 'act'), control: halfSeries(registry, 'control') }
  }

  get arm(): Arm {
    return this.#slots.arm
  }

  /** @returns whether another slot has begun, with the limit of another half or the same */
  advance(now: number): boolean {
    // A hold that ends with the slot is part of it.
    this.look(now)
    const left = this.#earlier.filter(({ state }) => state !== 'over')
    const isClear = left.every(({ state }) => state === 'running') && sumOf(left) < LITTLE
    const wasMeasured = this.#slots.isMeasured
    const hasBegun = this.#slots.advance(now, isClear)
    if (hasBegun) this.#earlier = this.#options.tickets()
    if (hasBegun || !wasMeasured) this.#lookedAt = Number.NaN
    return hasBegun
  }

  [Symbol.dispose](): void {
    for (const { moments, delay } of Object.values(this.#series)) {
      moments.remove()
      delay.remove()
    }
  }

  /** The loop is here. Called every {@link TRIAL_LOOK_MS}, as far as the loop lets it. */
  look(now: number): void {
    const passedMs = now - this.#lookedAt
    const isCounted = this.#slots.isMeasured && this.#options.isFair()
    this.#lookedAt = isCounted ? now : Number.NaN
    if (!isCounted || Number.isNaN(passedMs)) return
    const { moments, delay } = this.#series[this.#slots.arm]
    const heldMs = passedMs - TRIAL_LOOK_MS
    // One moment per millisecond: what is due in the first one of a hold waits for all of it, in the last one for nothing.
    moments.add(passedMs)
    delay.add(heldMs > PUNCTUAL_MS ? (heldMs * heldMs) / 2 / 1000 : 0)
  }
}

function sumOf(tickets: readonly Ticket[]): number {
  return tickets.reduce((sum, { demand }) => sum + demand.loop, 0)
}

function halfSeries(registry: Registry, arm: Arm): HalfSeries {
  const labels = { [attributes.trialArm]: arm }
  return {
    moments: registry.counter(metrics.queueTrialMoments).with(labels),
    delay: registry.counter(metrics.queueTrialDelay).with(labels),
  }
}
