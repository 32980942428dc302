/**
 * Oblivious decision trees: all nodes of a level ask the same question, so a tree is `depth` comparisons without a branch
 * (Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features", NeurIPS 2018).
 */
export interface Forest {
  readonly depth: number
  /** `depth` features a tree. */
  readonly features: Uint8Array
  /** A question is whether the feature lies above this. */
  readonly thresholds: Float32Array
  /** 2^depth log odds a tree. */
  readonly leaves: Float32Array
}

/** Sum of the log odds of all trees. */
export function forestLogOdds(
  { depth, features, thresholds, leaves }: Forest,
  values: Float64Array | Float32Array,
): number {
  let sum = 0
  let base = 0
  const size = 1 << depth
  for (let node = 0; node < features.length; base += size) {
    let leaf = 0
    // A shift, not a branch: no processor can predict these answers.
    for (let level = 0; level < depth; level++, node++)
      leaf |= Number(values[features[node]!]! > thresholds[node]!) << level
    sum += leaves[base + leaf]!
  }
  return sum
}
