import type { Arm } from './arm.ts'

/** Reads of one half of the requests. */
export interface HalfReads {
  reads: number
  seconds: number
}

/** Which requests may use replicas: a share of them, drawn at random; while a trial divides them, a share of each half. */
export class ReplicaShare {
  /** From 0 to 1. */
  weight: number
  /** What the halves have read while a trial divided them. */
  readonly halves: Readonly<Record<Arm, HalfReads>> = {
    act: { reads: 0, seconds: 0 },
    control: { reads: 0, seconds: 0 },
  }
  readonly #random: () => number
  #divided: { readonly arms: (unit: string) => Arm; readonly control: number } | undefined
  #units = 0

  constructor(weight: number, random: () => number) {
    this.weight = weight
    this.#random = random
  }

  /** While requests are divided, those of the arm `control` keep an earlier weight. */
  divide(arms: ((unit: string) => Arm) | undefined, control: number): void {
    this.#divided = arms && { arms, control }
  }

  /** The half that the next request belongs to; undefined while nothing divides them. */
  nextArm(): Arm | undefined {
    return this.#divided?.arms(String(++this.#units))
  }

  /** Draws whether a request of this half may use replicas. */
  draws(arm: Arm | undefined): boolean {
    const weight = arm === 'control' && this.#divided !== undefined ? this.#divided.control : this.weight
    return weight >= 1 || this.#random() < weight
  }

  /** A read of one half has ended. */
  ended(arm: Arm, seconds: number): void {
    const half = this.halves[arm]
    half.reads++
    half.seconds += seconds
  }
}
