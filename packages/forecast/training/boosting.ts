// Gradient boosting of oblivious trees: every node of a level asks the same question, so a tree is `depth` comparisons
// whose answers index a table of leaves. Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features", 2018;
// the split gain and Newton leaf of Chen and Guestrin, "XGBoost", 2016.

import { createRandom } from '@homeostat/signals/random'
import type { Forest } from '../src/learning/forest.ts'

export interface BoostingOptions {
  readonly trees: number
  readonly depth: number
  readonly rate: number
  readonly lambda: number
  /** Shares of the rows and of the features a tree is grown on. */
  readonly rowShare: number
  readonly featureShare: number
  readonly seed: number
  readonly exclude?: readonly number[]
}

export const BINS = 64

export interface Binned {
  /** Row-major bins. */
  readonly bins: Uint8Array
  /** `edges[feature]` ascending; bin b holds values in (edge[b-1], edge[b]]. */
  readonly edges: readonly Float32Array[]
  readonly width: number
}

export function binFeatures(features: Float32Array, count: number, width: number): Binned {
  const bins = new Uint8Array(count * width)
  const edges: Float32Array[] = []
  const next = createRandom(7)
  const sampled = Math.min(count, 60_000)
  const picks = Array.from({ length: sampled }, () => Math.floor(next() * count))
  for (let f = 0; f < width; f++) {
    const sample = Float32Array.from(picks, row => features[row * width + f]!).toSorted()
    const unique: number[] = []
    for (let b = 1; b < BINS; b++) {
      const edge = sample[Math.floor((b * sampled) / BINS)]!
      if (unique.length === 0 || edge > unique.at(-1)!) unique.push(edge)
    }
    // The largest value needs no edge: nothing lies above it.
    if (unique.at(-1)! >= sample[sampled - 1]!) unique.pop()
    const own = Float32Array.from(unique)
    edges.push(own)
    for (let row = 0; row < count; row++) {
      const value = features[row * width + f]!
      let low = 0
      let high = own.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (value > own[middle]!) low = middle + 1
        else high = middle
      }
      bins[row * width + f] = low
    }
  }
  return { bins, edges, width }
}

export interface TrainingSet {
  readonly binned: Binned
  readonly rows: Uint32Array
  readonly outcome: Uint8Array
  readonly weight: Float32Array
  /** Log odds that boosting begins from, one a row; none of them is the mean. */
  readonly start: Float32Array
}

export function boost(set: TrainingSet, options: BoostingOptions, onTree?: (tree: number) => void): Forest {
  const { binned, rows, outcome, weight, start } = set
  const { bins, edges, width } = binned
  const { depth, trees, lambda, rate } = options
  const leafCount = 1 << depth
  const next = createRandom(options.seed)
  let all = 0
  for (const row of rows) {
    all += weight[row]!
  }
  const score = Float64Array.from(rows, row => start[row]!)
  const scale = rows.length / all
  const gradient = new Float32Array(rows.length)
  const hessian = new Float32Array(rows.length)
  const leafOf = new Uint8Array(rows.length)
  const forest = {
    depth,
    features: new Uint8Array(trees * depth),
    thresholds: new Float32Array(trees * depth),
    leaves: new Float32Array(trees * leafCount),
  }
  const stride = BINS * 2
  const histogram = new Float64Array(leafCount * width * stride)
  for (let tree = 0; tree < trees; tree++) {
    const chosen: number[] = []
    for (let f = 0; f < width; f++)
      if (edges[f]!.length > 0 && !options.exclude?.includes(f) && next() < options.featureShare) chosen.push(f)
    // Bernoulli sample of rows, as indices into `rows`.
    const picked = new Uint32Array(rows.length)
    let size = 0
    for (let i = 0; i < rows.length; i++) {
      const w = weight[rows[i]!]! * scale
      const p = 1 / (1 + Math.exp(-score[i]!))
      gradient[i] = w * (p - outcome[rows[i]!]!)
      hessian[i] = w * p * (1 - p)
      if (next() < options.rowShare) picked[size++] = i
    }
    // Rows of a leaf lie together: `starts` are the leaves' beginnings.
    let order = picked.slice(0, size)
    let starts: number[] = [0, size]
    leafOf.fill(0)
    for (let level = 0; level < depth; level++) {
      const leaves = starts.length - 1
      fill(level, leaves, order, starts)
      const best = choose(leaves, chosen)
      forest.features[tree * depth + level] = best.feature
      forest.thresholds[tree * depth + level] = edges[best.feature]![best.bin]!
      for (let i = 0; i < rows.length; i++)
        if (bins[rows[i]! * width + best.feature]! > best.bin) leafOf[i]! |= 1 << level
      ;({ order, starts } = split(order, starts, best))
    }
    // Newton leaves over all rows, not only the sampled ones.
    const sums = new Float64Array(leafCount * 2)
    for (let i = 0; i < rows.length; i++) {
      sums[2 * leafOf[i]!]! += gradient[i]!
      sums[2 * leafOf[i]! + 1]! += hessian[i]!
    }
    for (let leaf = 0; leaf < leafCount; leaf++)
      forest.leaves[tree * leafCount + leaf] = (-rate * sums[2 * leaf]!) / (sums[2 * leaf + 1]! + lambda)
    for (let i = 0; i < rows.length; i++) score[i]! += forest.leaves[tree * leafCount + leafOf[i]!]!
    onTree?.(tree)

    // oxlint-disable-next-line no-loop-func
    function fill(level: number, leaves: number, order: Uint32Array, starts: number[]): void {
      if (level === 0) return accumulate(0, order, 0, starts[1]!)
      // Leaf pairs (2i, 2i+1) come from the parent whose histogram lies at i; go backwards, so that none is overwritten.
      for (let parent = leaves / 2 - 1; parent >= 0; parent--) {
        const left = starts[2 * parent + 1]! - starts[2 * parent]!
        const right = starts[2 * parent + 2]! - starts[2 * parent + 1]!
        const from = parent * width * stride
        const small = left <= right ? 2 * parent : 2 * parent + 1
        const large = left <= right ? 2 * parent + 1 : 2 * parent
        // The parent's histogram may lie where the small one goes (parent 0).
        const parents = histogram.slice(from, from + width * stride)
        accumulate(small, order, starts[small]!, starts[small + 1]!)
        const s = small * width * stride
        const l = large * width * stride
        for (const f of chosen)
          for (let b = f * stride; b < (f + 1) * stride; b++) histogram[l + b] = parents[b]! - histogram[s + b]!
      }
    }

    // oxlint-disable-next-line no-loop-func
    function accumulate(leaf: number, order: Uint32Array, from: number, to: number): void {
      const base = leaf * width * stride
      for (const f of chosen) histogram.fill(0, base + f * stride, base + (f + 1) * stride)
      const many = chosen.length
      for (let j = from; j < to; j++) {
        const i = order[j]!
        const g = gradient[i]!
        const h = hessian[i]!
        const row = rows[i]! * width
        for (let c = 0; c < many; c++) {
          const f = chosen[c]!
          const at = base + f * stride + 2 * bins[row + f]!
          histogram[at]! += g
          histogram[at + 1]! += h
        }
      }
    }
  }
  return forest

  function choose(leaves: number, chosen: number[]): { feature: number; bin: number } {
    let best = { feature: chosen[0]!, bin: 0 }
    let bestGain = -Infinity
    const gains = new Float64Array(BINS)
    for (const f of chosen) {
      const last = edges[f]!.length
      gains.fill(0, 0, last)
      for (let leaf = 0; leaf < leaves; leaf++) {
        const base = (leaf * width + f) * stride
        let g = 0
        let h = 0
        for (let b = 0; b <= last; b++) {
          g += histogram[base + 2 * b]!
          h += histogram[base + 2 * b + 1]!
        }
        let gl = 0
        let hl = 0
        for (let b = 0; b < last; b++) {
          gl += histogram[base + 2 * b]!
          hl += histogram[base + 2 * b + 1]!
          const gr = g - gl
          const hr = h - hl
          gains[b]! += (gl * gl) / (hl + lambda) + (gr * gr) / (hr + lambda)
        }
      }
      for (let b = 0; b < last; b++)
        if (gains[b]! > bestGain) {
          bestGain = gains[b]!
          best = { feature: f, bin: b }
        }
    }
    return best
  }

  function split(order: Uint32Array, starts: number[], best: { feature: number; bin: number }) {
    const sorted = new Uint32Array(order.length)
    const begins: number[] = []
    let at = 0
    for (let leaf = 0; leaf + 1 < starts.length; leaf++) {
      for (const side of [0, 1]) {
        begins.push(at)
        for (let j = starts[leaf]!; j < starts[leaf + 1]!; j++) {
          const up = bins[rows[order[j]!]! * width + best.feature]! > best.bin ? 1 : 0
          if (up === side) sorted[at++] = order[j]!
        }
      }
    }
    begins.push(at)
    return { order: sorted, starts: begins }
  }
}
