import { gaussian } from '@homeostat/lab/scenarios'

/** How a simulated guarded number varies while nothing is wrong. */
export interface LevelNoise {
  /** Standard deviation of its logarithm. */
  readonly sd: number
  /** Correlation of neighbouring seconds. @default 0 */
  readonly rho?: number
  /** Student's t with three degrees of freedom instead of normal. */
  readonly heavy?: boolean
  /** Mean over this many seconds, as `rate(...[1m])` or a p99 of a window gives. @default 1 */
  readonly smoothedOver?: number
  /** Half of its daily swing, relative. @default 0 */
  readonly dailySwing?: number
  /** Share of ticks without a value; with `whenHigh` only of those above the usual level. @default 0 */
  readonly missing?: number
  readonly whenHigh?: boolean
}

/** The number at each second, with `harm` as the factor by which it is worse; undefined where the tick has no value. */
export function createLevel(
  noise: LevelNoise,
  random: () => number,
): (second: number, harm: number) => number | undefined {
  const { sd, rho = 0, heavy = false, smoothedOver = 1, dailySwing = 0, missing = 0, whenHigh = false } = noise
  const draw = heavy ? () => studentT3(random) : () => gaussian(random)
  const phase = random() * 2 * Math.PI
  const recent: number[] = []
  let sum = 0
  let state = draw()
  return (second, harm) => {
    state = rho * state + Math.sqrt(1 - rho * rho) * draw()
    const usual = 0.1 * (1 + dailySwing * Math.sin((second / 86_400) * 2 * Math.PI + phase))
    const value = usual * harm * Math.exp(sd * state)
    recent.push(value)
    sum += value
    if (recent.length > smoothedOver) sum -= recent.shift()!
    if (missing > 0 && (!whenHigh || value > usual) && random() < missing) return undefined
    return sum / recent.length
  }
}

/** Student's t with three degrees of freedom, scaled to variance 1. */
function studentT3(random: () => number): number {
  const chi2 = gaussian(random) ** 2 + gaussian(random) ** 2 + gaussian(random) ** 2
  return gaussian(random) / Math.sqrt(chi2)
}

/** Failed share and requests a second, each as a rate over the last seconds, as `rate(...[5s])` gives. */
export function createShare(
  { rate, over }: { readonly rate: number; readonly over: number },
  random: () => number,
): (share: number) => readonly [share: number, requests: number] {
  const recent: number[] = []
  let failed = 0
  return share => {
    let now = 0
    for (let request = 0; request < rate; request++) if (random() < share) now++
    recent.push(now)
    failed += now
    if (recent.length > over) failed -= recent.shift()!
    return [failed / (rate * recent.length), rate]
  }
}
