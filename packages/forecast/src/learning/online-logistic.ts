import type { Arena } from './arena.ts'
import { sigmoid } from './logit.ts'

/** What one outcome counts: those of neighbouring origins share most of their horizon. */
const SHARE = 0.12
/** The share of the past that each outcome forgets. */
const DRIFT = 5e-6

// Scratch of one update; updates do not overlap.
const work = new Float64Array(64)

/**
 * Logistic regression that learns one outcome at a time and knows how sure it is: the extended Kalman filter of Penny and
 * Roberts, "Dynamic logistic regression", IJCNN 1999. The covariance is kept as its lower triangle.
 */
export class OnlineLogistic {
  readonly size: number
  readonly weights: Float32Array
  readonly covariance: Float32Array

  constructor(start: readonly number[], deviations: readonly number[], arena: Arena) {
    const size = start.length
    this.size = size
    this.weights = arena.float32(size)
    this.weights.set(start)
    this.covariance = arena.float32((size * (size + 1)) / 2)
    for (let i = 0; i < size; i++) this.covariance[(i * (i + 1)) / 2 + i] = deviations[i]! ** 2
  }

  logOdds(inputs: Float32Array | Float64Array, offset: number): number {
    const { weights, size } = this
    let sum = 0
    for (let i = 0; i < size; i++) sum += weights[i]! * inputs[offset + i]!
    return sum
  }

  /** How unsure the log odds are. */
  varianceOf(inputs: Float64Array): number {
    const { covariance, size } = this
    let sum = 0
    let at = 0
    for (let i = 0; i < size; i++) {
      let row = 0
      for (let j = 0; j < i; j++) row += covariance[at++]! * inputs[j]!
      const x = inputs[i]!
      sum += x * (2 * row + covariance[at++]! * x)
    }
    // Rounding may leave a float32 matrix that is not quite positive.
    return Math.max(0, sum)
  }

  learn(inputs: Float32Array | Float64Array, offset: number, outcome: number): void {
    const { weights, covariance, size } = this
    const p = sigmoid(this.logOdds(inputs, offset))
    work.fill(0, 0, size)
    let at = 0
    for (let i = 0; i < size; i++) {
      const xi = inputs[offset + i]!
      let sum = 0
      for (let j = 0; j < i; j++, at++) {
        const c = covariance[at]!
        sum += c * inputs[offset + j]!
        work[j]! += c * xi
      }
      work[i]! += sum + covariance[at++]! * xi
    }
    let spread = 0
    for (let i = 0; i < size; i++) spread += work[i]! * inputs[offset + i]!
    spread = Math.max(0, spread)
    const information = SHARE * Math.max(p * (1 - p), 0.01)
    const gain = 1 / (1 + information * spread)
    const step = SHARE * (outcome - p) * gain
    const shrink = information * gain
    at = 0
    for (let i = 0; i < size; i++) {
      weights[i]! += step * work[i]!
      const own = shrink * work[i]!
      for (let j = 0; j <= i; j++, at++) covariance[at]! -= own * work[j]!
      covariance[at - 1]! += DRIFT
    }
  }

  static bytes(size: number): number {
    return 4 * (size + (size * (size + 1)) / 2)
  }
}
