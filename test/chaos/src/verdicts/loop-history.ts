import type { Verdict } from '@homeostat/optimizer'
import type { HistoryOptions } from './history.ts'
import { PlantLoop } from './plant-loop.ts'
import { STEPS_PER_DAY } from './plants/plant.ts'

const START = Date.UTC(2026, 0, 1)
/** Two months; a history that is not through by then has stopped. */
const MOST_STEPS = 60 * STEPS_PER_DAY

/** The verdicts that the whole loop gave in one history, with its default settings, in virtual time. */
export async function verdictsOfLoop({ phases, ...rule }: HistoryOptions, random: () => number): Promise<Set<Verdict>> {
  const [phase] = phases
  const loop = new PlantLoop(phase!.plant(random), rule, START, random)
  const given = new Set<Verdict>()
  for (let step = 0; step < MOST_STEPS; step++) {
    const entry = await loop.tick()
    for (const { verdict } of entry.verdicts) given.add(verdict)
    const { acts = 0, controls = 0 } = loop.histories.all[0]?.counts ?? {}
    if (entry.quarantined.length > 0 || (acts >= phase!.perArm && controls >= phase!.perArm)) break
  }
  await loop.stop()
  return given
}
