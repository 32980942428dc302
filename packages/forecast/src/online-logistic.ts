import { sigmoid } from './logit.ts'

/** AdaGrad's step (Duchi, Hazan and Singer, JMLR 12, 2011); the sum of squared gradients begins at one. */
const RATE = 0.06

/** Logistic regression that learns one outcome at a time: each weight slows down by what it has learned itself. */
export class OnlineLogistic {
  readonly weights: Float32Array
  readonly #squares: Float32Array

  /** @param start the weights before anything has been learned */
  constructor(start: readonly number[]) {
    this.weights = Float32Array.from(start)
    this.#squares = new Float32Array(start.length).fill(1)
  }

  logOdds(inputs: Float32Array | Float64Array, offset: number): number {
    const { weights } = this
    let sum = 0
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * inputs[offset + i]!
    return sum
  }

  learn(inputs: Float32Array | Float64Array, offset: number, outcome: number): void {
    const { weights } = this
    const squares = this.#squares
    const error = outcome - sigmoid(this.logOdds(inputs, offset))
    for (let i = 0; i < weights.length; i++) {
      const gradient = error * inputs[offset + i]!
      squares[i]! += gradient * gradient
      weights[i]! += (RATE * gradient) / Math.sqrt(squares[i]!)
    }
  }

  toJSON(): readonly number[] {
    return [...this.weights, ...this.#squares]
  }

  restore(state: readonly number[]): void {
    const size = this.weights.length
    this.weights.set(state.slice(0, size))
    this.#squares.set(state.slice(size))
  }
}
