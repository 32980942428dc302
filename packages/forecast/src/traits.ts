/** What does not change about a target, as features. */
export function traitsOf(kind: string, unit: string, intervalMs: number, horizonMs: number): number[] {
  return [
    kind === 'cpu' ? 1 : 0,
    kind === 'memory' ? 1 : 0,
    kind === 'database' ? 1 : 0,
    unit === 'ratio' ? 1 : 0,
    Math.log2(horizonMs / intervalMs),
    Math.log2(horizonMs / 60_000),
  ]
}
