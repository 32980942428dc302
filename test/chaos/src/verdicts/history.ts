import { drawArm, type ArmState, type Episode, type Sample } from './judge.ts'
import type { Plant } from './plant.ts'

export const STEP_MS = 10_000

/** Steps of a trial, as by default: a rule with `for: 30s`, baseline 120 s, settle 60 s, window 120 s, cooldown 300 s. */
const FOR = 3
const BASELINE = 12
const SETTLE = 6
const WINDOW = 12
const COOLDOWN = 30

export interface Phase {
  readonly plant: (random: () => number) => Plant
  /** How arms are drawn: as the loop does, or one way only. */
  readonly arms: 'undecided' | 'settled' | 'controls only' | 'acts only'
  /** Ends when each arm that is drawn has so many episodes in this phase. */
  readonly perArm: number
}

export interface HistoryOptions {
  readonly phases: readonly Phase[]
  /** The rule fires above. */
  readonly threshold: number
}

export interface Recorded {
  readonly arm: 'act' | 'control'
  readonly episode: Episode
}

/** A rule fires when a value is high for a while, an arm is drawn, and the trial is recorded; again and again. */
export function simulateHistory({ phases, threshold }: HistoryOptions, random: () => number): Recorded[] {
  const recorded: Recorded[] = []
  let now = 0
  for (const { plant: create, arms, perArm } of phases) {
    const plant = create(random)
    const counts = { act: 0, control: 0 }
    let state: ArmState | undefined
    const record = (steps: number, acted: boolean): Sample[] => {
      const samples: Sample[] = []
      for (let step = 0; step < steps; step++) samples.push([(now += STEP_MS), plant.next(acted)])
      return samples
    }
    while (
      counts.act < (arms === 'controls only' ? 0 : perArm) ||
      counts.control < (mustHaveControls(arms) ? perArm : 0)
    ) {
      const before = baseline(plant, threshold).map((value, index): Sample => [now + index * STEP_MS, value])
      now += before.length * STEP_MS
      let arm: Recorded['arm'] = arms === 'acts only' ? 'act' : 'control'
      if (arms === 'undecided' || arms === 'settled') ({ arm, state } = drawArm(state, arms, random))
      const at = now
      const acted = arm === 'act'
      if (acted) plant.act?.()
      record(SETTLE, acted)
      recorded.push({
        arm,
        episode: { at, before: before.slice(-BASELINE), after: record(WINDOW, acted), expected: WINDOW },
      })
      counts[arm]++
      record(COOLDOWN, false)
    }
  }
  return recorded
}

function mustHaveControls(arms: Phase['arms']): boolean {
  return arms === 'controls only' || arms === 'undecided'
}

/** All values until the rule fires. A missing one neither proves nor disproves: pending waits. */
function baseline(plant: Plant, threshold: number): number[] {
  const values: number[] = []
  for (let pending = 0; pending < FOR || values.length < BASELINE;) {
    const value = plant.next(false)
    values.push(value)
    if (!Number.isNaN(value)) pending = value > threshold ? pending + 1 : 0
  }
  return values
}
