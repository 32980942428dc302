/** What does not change about a target. */
export const TRAIT_FEATURES = ['cpu', 'memory', 'database', 'ratio', 'stepsAhead', 'minutesAhead'] as const

export function traitsOf(kind: string, unit: string, stepMs: number, horizonMs: number): number[] {
  return [
    kind === 'cpu' ? 1 : 0,
    kind === 'memory' ? 1 : 0,
    kind === 'database' ? 1 : 0,
    unit === 'ratio' ? 1 : 0,
    Math.log2(horizonMs / stepMs),
    Math.log2(horizonMs / 60_000),
  ]
}
