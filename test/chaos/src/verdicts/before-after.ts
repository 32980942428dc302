import type { Episode } from './judge.ts'
import { studentP } from './proportion.ts'

/** How others judge: the values before and after one run of the action, with no control beside it. */
export const methods: readonly Method[] = ['mean', 'threshold', 'Welch']
export type Method = 'mean' | 'threshold' | 'Welch'

/** Whether the value "improved" (fell) after one run, with a baseline of so many samples. */
export function improved(method: Method, { before, after }: Episode, baseline: number): boolean {
  const from = moments(before.slice(-baseline))
  const to = moments(after)
  if (from.size < 2 || to.size < 2) return false
  if (method === 'mean') return to.mean < from.mean
  if (method === 'threshold') return to.mean < 0.95 * from.mean
  return welch(from, to) < 0.05 && to.mean < from.mean
}

interface Moments {
  readonly size: number
  readonly mean: number
  readonly variance: number
}

export function moments(samples: readonly (readonly [number, number])[]): Moments {
  const values = samples.map(([, value]) => value).filter(Number.isFinite)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { size: values.length, mean, variance: squares / (values.length - 1) }
}

/** Two-sided p: Welch, Biometrika, 1947. */
function welch(one: Moments, other: Moments): number {
  const a = one.variance / one.size
  const b = other.variance / other.size
  const freedom = (a + b) ** 2 / (a ** 2 / (one.size - 1) + b ** 2 / (other.size - 1))
  return studentP((one.mean - other.mean) / Math.sqrt(a + b), freedom)
}
