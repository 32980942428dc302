import type { BudgetLimits, Mode } from '@homeostat/optimizer'
import { createRandom } from '@homeostat/lab/scenarios'

/** How a run of an action ends, and what it leaves behind. */
export type Behaviour = 'works' | 'lasts' | 'does nothing' | 'throws' | 'hangs' | 'lasts and hangs'

export type KillMove = 'leave' | 'trip' | 'reset'

export interface Step {
  /** Time since the step before; mostly one interval, seldom a suspended process. */
  readonly afterMs: number
  /** The pressure of each plant; undefined where it is not measured. */
  readonly values: readonly (number | undefined)[]
  /** What the guards look at. */
  readonly guarded: number | undefined
  readonly killSwitch: KillMove
  /** One per action. */
  readonly modes: readonly Mode[]
  /** For the next run of any action. */
  readonly behaviour: Behaviour
}

/** A random world: what happens to a loop, step by step. */
export interface Trace {
  readonly seed: number
  readonly budget: BudgetLimits
  readonly warmUpMs: number
  /** Ticks before the steps in which nothing happens, so that guards know their numbers. */
  readonly calmTicks: number
  readonly steps: readonly Step[]
}

export const PLANTS = 3
export const ACTIONS = 5
export const INTERVAL_MS = 5000
export const THRESHOLD = 0.8

export function createTrace(seed: number): Trace {
  const random = createRandom(seed)
  const below = (count: number): number => Math.floor(random() * count)
  const oneOf = <T>(all: readonly T[]): T => all[below(all.length)]!
  const missing = oneOf([0, 0.05, 0.3])
  const trips = oneOf([0, 0, 0.05])
  const isActing = random() < 0.8
  const high = Array.from({ length: PLANTS }, () => random() < 0.5)
  let isHarmed = false
  let modes = Array.from({ length: ACTIONS }, (): Mode => (isActing ? 'act' : oneOf(MODES)))

  const step = (): Step => {
    for (let plant = 0; plant < PLANTS; plant++) if (random() < 0.1) high[plant] = !high[plant]
    if (random() < 0.08) isHarmed = !isHarmed
    if (random() < 0.03) modes = modes.map(mode => (random() < 0.5 ? mode : oneOf(MODES)))
    const move = random()
    return {
      afterMs: random() < 0.97 ? INTERVAL_MS : oneOf([1000, 20_000, 120_000, 900_000]),
      values: high.map(isHigh => (random() < missing ? undefined : (isHigh ? 0.81 : 0.1) + 0.19 * random())),
      guarded: random() < missing ? undefined : (isHarmed ? 5 : 1) + 0.01 * random(),
      killSwitch: move < trips ? 'trip' : move < 3 * trips ? 'reset' : 'leave',
      modes,
      behaviour: oneOf(BEHAVIOURS),
    }
  }
  return {
    seed,
    budget: {
      runsPerHourOfAction: 1 + below(6),
      runsPerHour: 2 + below(10),
      concurrentRuns: 1 + below(2),
      blockedMsPerMinute: oneOf([5, 50]),
    },
    warmUpMs: oneOf([0, 10_000, 60_000]),
    steps: Array.from({ length: 10 + below(26) }, step),
    calmTicks: oneOf([0, 45]),
  }
}

const MODES: readonly Mode[] = ['off', 'shadow', 'advise', 'act']
const BEHAVIOURS: readonly Behaviour[] = [
  'works',
  'works',
  'lasts',
  'lasts',
  'does nothing',
  'throws',
  'hangs',
  'lasts and hangs',
]
