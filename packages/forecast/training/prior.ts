// Where the online regression of a new series begins: ridge logistic regression over young instances, by Newton's method.
import { INPUTS } from '../src/situation.ts'
import type { Rows } from './rows.ts'

const SIZE = INPUTS.length
const RIDGE = 20
const ITERATIONS = 8

/** Weights of the inputs, rounded to 0.01; only rows that are picked take part. */
export function fitStart(rows: Rows, picked: (row: number) => boolean): number[] {
  const own = Array.from({ length: rows.count }, (_, row) => row).filter(picked)
  const scale = own.length / own.reduce((sum, row) => sum + rows.weight[row]!, 0)
  const weights = new Float64Array(SIZE)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    // Rows of the Hessian, each with its part of the gradient at the end.
    const system = Array.from({ length: SIZE }, (_, i) => {
      const line = new Float64Array(SIZE + 1)
      line[i] = RIDGE
      line[SIZE] = -RIDGE * weights[i]!
      return line
    })
    for (const row of own) {
      const at = row * SIZE
      let odds = 0
      for (let i = 0; i < SIZE; i++) odds += weights[i]! * rows.inputs[at + i]!
      const p = 1 / (1 + Math.exp(-odds))
      const weight = rows.weight[row]! * scale
      const curvature = weight * p * (1 - p)
      const error = weight * (rows.outcome[row]! - p)
      for (let i = 0; i < SIZE; i++) {
        const x = rows.inputs[at + i]!
        const line = system[i]!
        line[SIZE]! += error * x
        for (let j = 0; j <= i; j++) line[j]! += curvature * x * rows.inputs[at + j]!
      }
    }
    for (let i = 0; i < SIZE; i++) for (let j = i + 1; j < SIZE; j++) system[i]![j] = system[j]![i]!
    solve(system).forEach((step, i) => (weights[i]! += step))
  }
  return Array.from(weights, weight => Math.round(weight * 100) / 100)
}

/** Gauss-Jordan elimination; the matrix is positive definite, so it needs no pivots. */
function solve(system: Float64Array[]): number[] {
  const n = system.length
  for (let column = 0; column < n; column++) {
    const pivot = system[column]!
    for (let row = 0; row < n; row++) {
      if (row === column) continue
      const line = system[row]!
      const factor = line[column]! / pivot[column]!
      for (let k = column; k <= n; k++) line[k]! -= factor * pivot[k]!
    }
  }
  return system.map((line, i) => line[n]! / line[i]!)
}
