import { describe, expect, it } from 'vitest'
import { forestLogOdds } from '../src/learning/forest.ts'
import { sigmoid } from '../src/learning/logit.ts'
import { binFeatures, boost } from '../training/boosting.ts'
import type { Series } from '../training/series.ts'
import { foldsOf } from '../training/series.ts'
import { createRandom } from './machine.ts'

describe('training', () => {
  it('learns what no single feature shows', () => {
    const next = createRandom(1)
    const count = 4000
    const features = Float32Array.from({ length: 2 * count }, next)
    const outcome = Uint8Array.from({ length: count }, (_, i) =>
      features[2 * i]! > 0.5 !== features[2 * i + 1]! > 0.5 ? 1 : 0,
    )
    const forest = boost(
      {
        binned: binFeatures(features, count, 2),
        rows: Uint32Array.from({ length: count }, (_, i) => i),
        outcome,
        weight: new Float32Array(count).fill(1),
        start: new Float32Array(count),
      },
      { trees: 30, depth: 3, rate: 0.3, lambda: 1, rowShare: 0.8, featureShare: 1, seed: 1 },
    )
    const wrong = outcome.filter(
      (y, i) => sigmoid(forestLogOdds(forest, features.subarray(2 * i, 2 * i + 2))) > 0.5 !== (y === 1),
    )
    expect(wrong.length / count).toBeLessThan(0.05)
  })

  it('never splits a machine between two folds', () => {
    const machine = (n: number, kinds: string[]): Series[] =>
      kinds.map(kind => ({ kind, values: new Float64Array(n), thresholds: [{}] }) as unknown as Series)
    const series = [
      ...machine(100, ['cpu', 'memory', 'network']),
      ...machine(100, ['cpu', 'memory', 'network']),
      ...machine(120, ['cpu', 'database']),
      ...machine(
        130,
        Array.from({ length: 12 }, () => 'network'),
      ),
    ]
    const folds = foldsOf(series, 3)
    expect(new Set(folds.slice(0, 3)).size).toBe(1)
    expect(new Set(folds.slice(3, 6)).size).toBe(1)
    expect(new Set(folds.slice(6, 8)).size).toBe(1)
    // More than any machine has: single series.
    expect(new Set(folds.slice(8)).size).toBeGreaterThan(1)
  })
})
