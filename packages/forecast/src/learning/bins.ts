/** The number of edges below a value: edges ascend, and a value on an edge lies below it. */
export function binOf(value: number, edges: readonly number[]): number {
  let bin = 0
  while (bin < edges.length && value > edges[bin]!) bin++
  return bin
}

/** The value, cut off at ±limit. */
export function within(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value
}
