/**
 * A count of breaches is tested after each trial, so each test gets a fifth of what all may spend: that keeps "ever harmful" of a
 * harmless action below it over 48 + 48 trials (`npm run chaos -- guards` prints by how much).
 */
const PER_TEST = 0.2

/** Whether a guard was breached more often in runs than in controls. */
export interface GuardComparison {
  readonly harmful: boolean
  /** Chance of so many breaches in act if the action had nothing to do with them: Fisher's exact test (1935), one-sided. */
  readonly p: number
  readonly reason: string
}

/**
 * A breach reverts, but things also break by themselves: an action is `harmful` by its guards only when they were
 * breached more often with it than in the concurrent trials in which nothing was done.
 *
 * @param alpha - what the tests of one generation of trials may spend in sum; 0.025 without it
 * @example
 * ```ts
 * harmfulByGuards(6, 7, 0, 6).reason // 'guards breached in 6 of 7 act and 0 of 6 control trials (p 0.0041)'
 * ```
 */
export function harmfulByGuards(
  breachesInAct: number,
  acts: number,
  breachesInControl: number,
  controls: number,
  alpha = 0.025,
): GuardComparison {
  const breaches = breachesInAct + breachesInControl
  let p = 0
  for (let inAct = breachesInAct; inAct <= Math.min(breaches, acts); inAct++) {
    if (breaches - inAct > controls) continue
    p += Math.exp(logChoose(acts, inAct) + logChoose(controls, breaches - inAct) - logChoose(acts + controls, breaches))
  }
  p = Math.min(1, p)
  const counts = `guards breached in ${breachesInAct} of ${acts} act and ${breachesInControl} of ${controls} control trials`
  return { harmful: p <= PER_TEST * alpha, p, reason: `${counts} (p ${p < 0.0001 ? '< 0.0001' : +p.toPrecision(2)})` }
}

function logChoose(n: number, k: number): number {
  let sum = 0
  for (let index = 1; index <= k; index++) sum += Math.log((n - k + index) / index)
  return sum
}
