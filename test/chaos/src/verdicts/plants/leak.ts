import { createSignal } from './signal.ts'
import { type CreatePlant, STEPS_PER_HOUR } from './plant.ts'

export interface LeakOptions {
  /**
   * `floor`: the action lowers the value for a while, and the floor under it rises. `sawtooth`: the action sets the leak back to
   * nothing, and it begins again. `garbage`: the action removes garbage, which comes back quickly; what lives grows slowly.
   */
  readonly kind: 'floor' | 'sawtooth' | 'garbage'
  /** How much leaks an hour, relative to the level at the start. */
  readonly perHour: number
  readonly sigma: number
  /** The process restarts, and the leak begins again, at so many times the level at the start. @default never */
  readonly restartAt?: number
}

export function createLeak({ kind, perHour, sigma, restartAt = Infinity }: LeakOptions): CreatePlant {
  return random => {
    const load = createSignal({ rho: 0.8, sigma })(random)
    let leaked = 0
    let garbage = 0
    return {
      next(acted) {
        leaked += perHour / STEPS_PER_HOUR
        if (1 + leaked > restartAt) leaked = garbage = 0
        // Garbage fills a third of what lives in some five minutes, as heaps that grow by a factor do.
        garbage += (0.35 - garbage) / 30
        const level = {
          floor: (1 + leaked) * (acted ? 0.8 : 1),
          sawtooth: 1 + leaked,
          garbage: (1 + leaked) * (1 + garbage),
        }[kind]
        return load.next(false) * level
      },
      act() {
        if (kind === 'sawtooth') leaked = 0
        garbage = 0
      },
    }
  }
}
