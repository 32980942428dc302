import { setTimeout as sleep } from 'node:timers/promises'
import type { DemoLane } from './demo-lane.ts'
import type { ArmSizes } from '../knobs/shop-signals.ts'

const BACK_WITHIN_MS = 30_000

/** A knob before the load, when the process was killed, and after its next start. */
export interface KnobAcrossRestart {
  readonly name: string
  readonly before: number | undefined
  readonly atKill: number | undefined
  readonly after: number | undefined
}

export interface Restarted {
  readonly knobs: readonly KnobAcrossRestart[]
  /** From the start of the next process until all knobs were back, in milliseconds; undefined where they were not. */
  readonly backAfterMs: number | undefined
}

/** What the shop says of its knobs. */
export interface ShopKnobValues {
  readonly knobs: Readonly<Record<string, number | undefined>>
  readonly arms: Readonly<Record<string, ArmSizes>>
}

export async function knobValuesOf({ shop }: DemoLane): Promise<ShopKnobValues> {
  const response = await fetch(`${shop.url}/knobs`, { signal: AbortSignal.timeout(5000) })
  return (await response.json()) as ShopKnobValues
}

/**
 * Kills the process with SIGKILL, which leaves it no time to revert anything, and starts the next one, which does.
 *
 * @param before - the values that the knobs have to come back to
 */
export async function killAndRestart(
  lane: DemoLane,
  before: ShopKnobValues['knobs'],
  signal: AbortSignal,
): Promise<Restarted> {
  const { knobs: atKill } = await knobValuesOf(lane)
  await lane.shop.kill()
  const startedAt = performance.now()
  await lane.restart()
  let after: ShopKnobValues['knobs'] = {}
  let backAfterMs: number | undefined
  while (backAfterMs === undefined && performance.now() - startedAt < BACK_WITHIN_MS && !signal.aborted) {
    // A process that has just started may be slow to answer.
    after = (await knobValuesOf(lane).catch(() => undefined))?.knobs ?? after
    if (Object.keys(before).every(name => after[name] === before[name])) backAfterMs = performance.now() - startedAt
    else await sleep(250, undefined, { signal }).catch(() => undefined)
  }
  const knobs = Object.keys(before).map(name => ({
    name,
    before: before[name],
    atKill: atKill[name],
    after: after[name],
  }))
  return { knobs, backAfterMs }
}

/** Why the restart was not what is promised, one line each. */
export function missingOfRestart({ knobs, backAfterMs }: Restarted): readonly string[] {
  if (backAfterMs === undefined) {
    const away = knobs.filter(({ before, after }) => before !== after).map(({ name }) => name)
    return [`expected every knob to be back after kill -9, and these were not: ${away.join(', ')}`]
  }
  return knobs.some(({ before, atKill }) => before !== atKill)
    ? []
    : ['expected a knob to be changed at the kill -9, and none was: nothing had to be reverted']
}
