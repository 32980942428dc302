import { createSignal } from './signal.ts'
import type { Plant } from './plant.ts'

export interface LeakOptions {
  /**
   * `floor`: the action lowers the value for a while, and the floor under it rises. `sawtooth`: the action sets the leak back to
   * nothing, and it begins again. `garbage`: the action removes garbage, which comes back quickly; what lives grows slowly.
   */
  readonly kind: 'floor' | 'sawtooth' | 'garbage'
  /** How much leaks an hour, relative to the level at the start. */
  readonly perHour: number
  readonly sigma: number
}

const STEPS_PER_HOUR = 360

export function createLeak({ kind, perHour, sigma }: LeakOptions): (random: () => number) => Plant {
  return random => {
    const load = createSignal({ rho: 0.8, sigma })(random)
    let leaked = 0
    let garbage = 0
    return {
      next(acted) {
        leaked += perHour / STEPS_PER_HOUR
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
