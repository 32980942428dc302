import { gaussian } from '@homeostat/lab/scenarios'

/** A signal around 0.5 that spends most of its time between 0 and 1. */
export type Wave = (elapsedMs: number) => number

export const sine =
  (periodMs: number, phase = 0): Wave =>
  elapsedMs =>
    0.5 + 0.5 * Math.sin(2 * Math.PI * (elapsedMs / periodMs + phase))

export const square =
  (periodMs: number, phase = 0): Wave =>
  elapsedMs =>
    (elapsedMs / periodMs + phase) % 1 < 0.5 ? 1 : 0

/** Standard deviation of the noises: 0.8 is 1.5 of them above their mean. */
const SD = 0.2

export const whiteNoise =
  (random: () => number): Wave =>
  () =>
    0.5 + SD * gaussian(random)

/** Noise that forgets: its autocorrelation falls to 1/e in `tauMs`. Ask at steps of one interval. */
export function autoregressive(tauMs: number, intervalMs: number, random: () => number): Wave {
  const rho = Math.exp(-intervalMs / tauMs)
  let z = gaussian(random)
  return () => {
    z = rho * z + Math.sqrt(1 - rho * rho) * gaussian(random)
    return 0.5 + SD * z
  }
}

/** Low, high from `fromMs` to `untilMs`, low again; with a little noise. */
export const step =
  (fromMs: number, untilMs: number, random: () => number): Wave =>
  elapsedMs =>
    (elapsedMs >= fromMs && elapsedMs < untilMs ? 0.95 : 0.05) + 0.02 * gaussian(random)
