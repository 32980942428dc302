import type { Arena } from './arena.ts'

const BINS = 10
const SUMS = 2 + 3 * BINS
/** Outcomes after which old ones fade: weeks of a sample a minute. */
const MEMORY = 20_000

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  /** Forecasts in the bin, faded with time. */
  readonly forecasts: number
  readonly meanProbability: number
  /** How often a crossing followed. */
  readonly frequency: number
}

/** How good the forecasts of one limit and horizon have been, each judged when its outcome was known. */
export interface Score {
  readonly outcomes: number
  readonly crossings: number
  readonly baseRate: number
  /** Mean squared error of the probabilities (Brier, "Verification of forecasts expressed in terms of probability", 1950). */
  readonly brier: number
  /** The same of always saying the base rate that was known at the time. */
  readonly brierOfBaseRate: number
  /** 1 - brier / brierOfBaseRate: 1 is perfect, 0 no better than the base rate. `undefined` before the first outcome. */
  readonly skill: number | undefined
  readonly reliability: readonly ReliabilityBin[]
}

/** Running means of the Brier scores and the bins of a reliability diagram. */
export class RunningScore {
  static readonly bytes: number = 8 * SUMS
  /** Brier score, that of the base rate, then weight, probability and crossings of every bin. */
  readonly sums: Float64Array
  #outcomes = 0

  constructor(arena: Arena) {
    this.sums = arena.float64(SUMS)
  }

  learn(probability: number, baseRate: number, outcome: number): void {
    const { sums } = this
    const weight = 1 / Math.min(++this.#outcomes, MEMORY)
    sums[0]! += weight * ((probability - outcome) ** 2 - sums[0]!)
    sums[1]! += weight * ((baseRate - outcome) ** 2 - sums[1]!)
    const bin = 2 + 3 * Math.min(BINS - 1, Math.floor(probability * BINS))
    const fade = 1 - 1 / MEMORY
    sums[bin] = sums[bin]! * fade + 1
    sums[bin + 1] = sums[bin + 1]! * fade + probability
    sums[bin + 2] = sums[bin + 2]! * fade + outcome
  }

  read(outcomes: number, crossings: number, baseRate: number): Score {
    const [brier, brierOfBaseRate] = this.sums as unknown as [number, number]
    const reliability = Array.from({ length: BINS }, (_, i): ReliabilityBin => {
      const [forecasts, probability, crossed] = this.sums.subarray(2 + 3 * i) as unknown as [number, number, number]
      return {
        from: i / BINS,
        to: (i + 1) / BINS,
        forecasts,
        meanProbability: forecasts > 0 ? probability / forecasts : Number.NaN,
        frequency: forecasts > 0 ? crossed / forecasts : Number.NaN,
      }
    })
    const skill = brierOfBaseRate > 0 ? 1 - brier / brierOfBaseRate : undefined
    return { outcomes, crossings, baseRate, brier, brierOfBaseRate, skill, reliability }
  }

  save(): readonly number[] {
    return [this.#outcomes]
  }

  restore(numbers: readonly number[]): void {
    this.#outcomes = numbers[0]!
  }
}
