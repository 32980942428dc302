import { sigmoid } from './logit.ts'

/** What one outcome counts: those of neighbouring origins share most of their horizon. */
const SHARE = 0.12
/** How far a series may be from needing no recalibration: deviations of shift and scale. */
const SHIFT_DEVIATION = 0.1
const SCALE_DEVIATION = 0.05

/**
 * Platt scaling (1999) that learns online: shift and scale of the log odds, followed from outcome to outcome by a Kalman filter
 * as in `OnlineLogistic`.
 */
export class Recalibration {
  #shift = 0
  #scale = 1
  #shiftVariance = SHIFT_DEVIATION ** 2
  #covariance = 0
  #scaleVariance = SCALE_DEVIATION ** 2

  logOdds(odds: number): number {
    return this.#shift + this.#scale * odds
  }

  learn(odds: number, outcome: number): void {
    const p = sigmoid(this.logOdds(odds))
    const shift = this.#shiftVariance + this.#covariance * odds
    const scale = this.#covariance + this.#scaleVariance * odds
    const information = SHARE * Math.max(p * (1 - p), 0.01)
    const gain = 1 / (1 + information * (shift + scale * odds))
    const step = SHARE * (outcome - p) * gain
    this.#shift += step * shift
    this.#scale += step * scale
    const shrink = information * gain
    this.#shiftVariance -= shrink * shift * shift
    this.#covariance -= shrink * shift * scale
    this.#scaleVariance -= shrink * scale * scale
  }

  save(): readonly number[] {
    return [this.#shift, this.#scale, this.#shiftVariance, this.#covariance, this.#scaleVariance]
  }

  restore(numbers: readonly number[]): void {
    this.#shift = numbers[0]!
    this.#scale = numbers[1]!
    this.#shiftVariance = numbers[2]!
    this.#covariance = numbers[3]!
    this.#scaleVariance = numbers[4]!
  }
}
