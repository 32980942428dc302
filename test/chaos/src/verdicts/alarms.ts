import type { Arm, Episode, Sample } from '@homeostat/judge'
import type { CreatePlant, Plant } from './plants/plant.ts'

export const STEP_MS = 10_000

/** Steps of a trial, as by default: a rule with `for: 30s`, baseline 120 s, settle 60 s, window 120 s, cooldown 300 s. */
const FOR = 3
const WINDOW = 12
const SETTLE = 6
const COOLDOWN = 30

/** When the rule fires, and how many samples a trial has. */
export interface Rule {
  /** The rule fires above. */
  readonly threshold: number
  /** Steps for which it must be above. @default 3 */
  readonly firesAfter?: number
  /** Samples of the baseline, and of the window. @default 12 */
  readonly samples?: number
}

export interface Recorded {
  readonly arm: Arm
  readonly episode: Episode
}

/** A trial that answers by itself: its change is on and off for so many steps. */
export interface Switched {
  readonly steps: number
  readonly isOn: (ms: number) => boolean
}

/** A rule that fires when a value is high for a while, again and again, in virtual time. */
export class Alarms {
  readonly #plants: readonly Plant[]
  readonly #rule: Required<Rule>
  readonly #nobody: readonly boolean[]
  #now: number
  #hasRested = true

  constructor(create: CreatePlant, rule: Rule, startAt: number, random: () => number) {
    const plant = create(random)
    this.#plants = [plant, ...(plant.beside ?? [])]
    this.#rule = { firesAfter: FOR, samples: WINDOW, ...rule }
    this.#nobody = this.#plants.map(() => false)
    this.#now = startAt
  }

  get now(): number {
    return this.#now
  }

  /** Time in which nobody looks. The plant stands still: no trial depends on what it does meanwhile. */
  skipTo(ms: number): void {
    this.#now = Math.max(this.#now, ms)
  }

  /** The next time that the rule fires: one trial for each label set, until the end of its window. */
  next(draw: (at: number) => Arm): Recorded[] {
    const { samples } = this.#rule
    const before = this.#wait()
    const at = this.#now
    const drawn = this.#plants.map(() => draw(at))
    const acted = drawn.map(arm => arm === 'act')
    for (const [index, plant] of this.#plants.entries()) if (acted[index]) plant.act?.()
    this.#record(SETTLE, acted)
    const after = this.#record(samples, acted)
    this.#hasRested = false
    return drawn.map((arm, index) => ({
      arm,
      episode: { at, before: before[index]!.slice(-samples), after: after[index]!, expected: samples },
    }))
  }

  /** The same for a change that is switched on and off: the samples of the first label set. */
  nextSwitched(plan: (at: number) => Switched): Episode {
    const [before] = this.#wait()
    const at = this.#now
    const { steps, isOn } = plan(at)
    const after: Sample[] = []
    for (let step = 0; step < steps; step++) {
      const on = isOn(this.#now + STEP_MS)
      after.push(this.#record(1, [on, ...this.#nobody.slice(1)])[0]![0]!)
    }
    this.#hasRested = false
    return { at, before: before!.slice(-this.#rule.samples), after }
  }

  /** Until the rule fires: one list of samples for each label set. */
  #wait(): Sample[][] {
    if (!this.#hasRested) this.#record(COOLDOWN, this.#nobody)
    const { threshold, firesAfter, samples } = this.#rule
    const before = this.#plants.map((): Sample[] => [])
    for (let pending = 0; pending < firesAfter || before[0]!.length < samples;) {
      const values = this.#record(1, this.#nobody)
      for (const [index, [sample]] of values.entries()) before[index]!.push(sample!)
      const value = values[0]![0]![1]
      // A missing value neither proves nor disproves: pending waits.
      if (!Number.isNaN(value)) pending = value > threshold ? pending + 1 : 0
    }
    return before
  }

  #record(steps: number, acted: readonly boolean[]): Sample[][] {
    const lists = this.#plants.map((): Sample[] => [])
    for (let step = 0; step < steps; step++) {
      this.#now += STEP_MS
      for (const [index, plant] of this.#plants.entries()) lists[index]!.push([this.#now, plant.next(acted[index]!)])
    }
    return lists
  }
}
