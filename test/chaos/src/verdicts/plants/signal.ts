import { gaussian } from '@homeostat/lab/scenarios'
import { type CreatePlant, STEPS_PER_DAY } from './plant.ts'

export interface SignalOptions {
  /** Correlation of the noise from one step to the next. */
  readonly rho: number
  /** Standard deviation of the noise's logarithm. */
  readonly sigma: number
  readonly shape?: 'plain' | 'daily drift' | 'level shifts' | 'heavy tails'
  readonly missing?: 'a third' | 'when high'
  /** In units of sigma; moves the whole signal. */
  readonly level?: number
  /** What the action multiplies the value by while it lasts; 1 is a placebo. @default 1 */
  readonly factor?: number
}

/** A load that wanders around 100. */
export function createSignal(options: SignalOptions): CreatePlant {
  const { rho, sigma, shape, missing, level = 0, factor = 1 } = options
  return random => {
    let noise = gaussian(random)
    let shift = 0
    let step = Math.floor(random() * STEPS_PER_DAY)
    return {
      next(acted) {
        step++
        noise = rho * noise + Math.sqrt(1 - rho * rho) * gaussian(random)
        // On average every two hours, by up to two sigma each way.
        if (shape === 'level shifts' && random() < 1 / 720) shift = 4 * random() - 2
        let log = level + noise + shift
        if (shape === 'daily drift') log += 2 * Math.sin((2 * Math.PI * step) / STEPS_PER_DAY)
        // Student's t with two degrees of freedom: it has no variance.
        if (shape === 'heavy tails') log += gaussian(random) / Math.sqrt(-Math.log(1 - random()))
        if (missing === 'a third' && random() < 0.3) return Number.NaN
        if (missing === 'when high' && random() < (log > 1 ? 0.6 : 0.05)) return Number.NaN
        return 100 * Math.exp(sigma * log) * (acted ? factor : 1)
      },
    }
  }
}
