import { Alarms, type Recorded, type Rule } from './alarms.ts'
import { drawArm, type ArmState } from './judge.ts'
import type { HandedIn } from './handed-in.ts'
import type { CreatePlant } from './plants/plant.ts'

export interface Phase {
  readonly plant: CreatePlant
  /** How arms are drawn: as the loop does, or one way only. */
  readonly arms: 'undecided' | 'settled' | 'controls only' | 'acts only'
  /** Ends when each arm that is drawn has so many episodes in this phase. */
  readonly perArm: number
}

export interface HistoryOptions extends Rule {
  readonly phases: readonly Phase[]
  /** @default in order, once each */
  readonly handedIn?: HandedIn
}

/** The trials of a rule, each with the arm that was drawn for it. */
export function simulateHistory(options: HistoryOptions, random: () => number): readonly Recorded[] {
  const { phases, handedIn, ...rule } = options
  const recorded: Recorded[] = []
  let now = 0
  for (const { plant, arms, perArm } of phases) {
    const alarms = new Alarms(plant, rule, now, random)
    const counts = { act: 0, control: 0 }
    let state: ArmState | undefined
    const draw = (): Recorded['arm'] => {
      if (arms === 'acts only' || arms === 'controls only') return arms === 'acts only' ? 'act' : 'control'
      const drawn = drawArm(state, arms, random)
      state = drawn.state
      return drawn.arm
    }
    while (
      counts.act < (arms === 'controls only' ? 0 : perArm) ||
      counts.control < (mustHaveControls(arms) ? perArm : 0)
    ) {
      for (const one of alarms.next(draw)) {
        recorded.push(one)
        counts[one.arm]++
      }
    }
    now = alarms.now
  }
  return handedIn ? handedIn(recorded, random) : recorded
}

function mustHaveControls(arms: Phase['arms']): boolean {
  return arms === 'controls only' || arms === 'undecided'
}
