import type { LedgerEntry } from '@homeostat/optimizer'
import { Histories } from '@homeostat/optimizer/parts'
import { STEP_MS } from '../alarms.ts'
import { PlantLoop } from '../plant-loop.ts'
import { STEPS_PER_DAY } from '../plants/plant.ts'
import type { Service } from '../services.ts'
import { readAgain } from './read-again.ts'

const START = Date.UTC(2026, 0, 1)
const MOST_STEPS = 60 * STEPS_PER_DAY

/** The loop starts anew from what it saved after so many generations. */
const RESTART_EVERY = 3

export interface WholeLife {
  readonly generations: number
  readonly everEffective: boolean
  readonly everHarmful: boolean
  readonly trials: number
  /** Trials of which the loop and a history that is driven as `Life` does gave different verdicts, or different quarantines. */
  readonly differences: number
}

/** One rule and action through the whole loop over generations, and beside it the same trials as `Life` hands them in. */
export async function liveWhole(
  { plant: create, handedIn: _, ...rule }: Service,
  generations: number,
  random: () => number,
): Promise<WholeLife> {
  const plant = create(1)(random)
  let loop = new PlantLoop(plant, rule, START, random)
  let mirror = new Histories({ intervalMs: STEP_MS, random })
  const found = { generations: 0, everEffective: false, everHarmful: false, trials: 0, differences: 0 }
  for (let step = 0; step < generations * MOST_STEPS && found.generations < generations; step++) {
    const now = loop.now
    const entry = await loop.tick()
    found.differences += compare(entry, mirror, now)
    for (const { verdict } of entry.verdicts) {
      found.trials++
      if (verdict === 'effective') found.everEffective = true
      if (verdict === 'harmful') found.everHarmful = true
    }
    const [quarantine] = entry.quarantined
    if (quarantine === undefined) continue
    loop.skipTo(quarantine.until)
    if (++found.generations % RESTART_EVERY !== 0) continue
    const saved = readAgain(loop.histories)
    const at = loop.now
    await loop.stop()
    loop = new PlantLoop(plant, rule, at, random)
    mirror = new Histories({ intervalMs: STEP_MS, random })
    for (const [key, history] of saved) {
      loop.histories.resume(key, history)
      mirror.resume(key, history)
    }
  }
  await loop.stop()
  return found
}

/** How many of the loop's news a history that only gets the trials does not share. */
function compare({ verdicts, quarantined }: LedgerEntry, mirror: Histories, now: number): number {
  let differences = 0
  for (const trial of verdicts) {
    if (mirror.of(trial).judge(trial, now).verdict !== trial.verdict) differences++
  }
  const [ours, theirs] = [mirror.takeQuarantined(), quarantined].map(all =>
    JSON.stringify(all.map(({ reason }) => reason)),
  )
  return ours === theirs ? differences : differences + 1
}
