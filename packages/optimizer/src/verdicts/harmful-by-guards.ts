/**
 * Level of the exact test. Verdicts get 0.025 per side; a count of breaches is tested after each trial, so a fifth of
 * it is used here, which keeps "ever harmful" of a harmless action below 0.025 over 48 + 48 trials.
 */
const ALPHA = 0.005

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
): GuardComparison {
  const breaches = breachesInAct + breachesInControl
  let p = 0
  for (let inAct = breachesInAct; inAct <= Math.min(breaches, acts); inAct++) {
    if (breaches - inAct > controls) continue
    p += Math.exp(logChoose(acts, inAct) + logChoose(controls, breaches - inAct) - logChoose(acts + controls, breaches))
  }
  p = Math.min(1, p)
  const counts = `guards breached in ${breachesInAct} of ${acts} act and ${breachesInControl} of ${controls} control trials`
  return { harmful: p <= ALPHA, p, reason: `${counts} (p ${p < 0.0001 ? '< 0.0001' : +p.toPrecision(2)})` }
}

function logChoose(n: number, k: number): number {
  let sum = 0
  for (let index = 1; index <= k; index++) sum += Math.log((n - k + index) / index)
  return sum
}
