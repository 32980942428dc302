import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../availability.ts'
import type { DemoLane } from './demo-lane.ts'

const BACK_WITHIN_MS = 60_000

/** Null or undefined where it could not be read. */
type Reading = number | null | undefined

/** A knob before the load, when the process was killed, and after its next start. */
export interface KnobAcrossRestart {
  readonly name: string
  readonly before: Reading
  readonly atKill: Reading
  readonly after: Reading
}

export interface Restarted {
  readonly knobs: readonly KnobAcrossRestart[]
  /** From the start of the next process until all knobs were back, in milliseconds; undefined where they were not. */
  readonly backAfterMs: number | undefined
  /** Why the next process did not start; left out where it did. */
  readonly failure?: string
}

/** The answers of the shop about its knobs, by name. */
export type KnobReadings = Readonly<Record<string, Reading>>

async function knobsOf({ shop }: Pick<DemoLane, 'shop'>): Promise<KnobReadings> {
  const response = await fetch(`${shop.url}/knobs`, { signal: AbortSignal.timeout(5000) })
  if (!response.ok) throw new Error(`the shop answered ${response.status}`)
  const { knobs } = (await response.json()) as { readonly knobs: KnobReadings }
  return knobs
}

/** No knobs where the shop does not answer. */
export async function readableKnobsOf(lane: Pick<DemoLane, 'shop'>): Promise<KnobReadings> {
  return knobsOf(lane).catch(() => ({}))
}

/**
 * Kills the process with SIGKILL, which leaves it no time to revert anything, and starts the next one, which does.
 *
 * @param before - the values that the knobs have to come back to
 */
export async function killAndRestart(
  lane: Pick<DemoLane, 'shop' | 'restart'>,
  before: KnobReadings,
  signal: AbortSignal,
  onKilled: () => void = () => undefined,
): Promise<Restarted> {
  const atKill = await readableKnobsOf(lane)
  await lane.shop.kill()
  onKilled()
  const startedAt = performance.now()
  let after: KnobReadings = {}
  let backAfterMs: number | undefined
  const knobs = (): Restarted['knobs'] =>
    Object.keys(before).map(name => ({ name, before: before[name], atKill: atKill[name], after: after[name] }))
  try {
    await lane.restart()
  } catch (error) {
    return { knobs: knobs(), backAfterMs, failure: reasonOf(error) }
  }
  while (backAfterMs === undefined && performance.now() - startedAt < BACK_WITHIN_MS && !signal.aborted) {
    // A process that has just started may be slow to answer.
    const now = await readableKnobsOf(lane)
    if (Object.keys(now).length > 0) after = now
    if (areBack(before, after)) backAfterMs = performance.now() - startedAt
    else await sleep(250, undefined, { signal }).catch(() => undefined)
  }
  return { knobs: knobs(), backAfterMs }
}

/** A knob that could not be read, before or afterwards, is not back. */
function areBack(before: KnobReadings, after: KnobReadings): boolean {
  const names = Object.keys(before)
  return names.length > 0 && names.every(name => isBack({ before: before[name], after: after[name] }))
}

function isBack({ before, after }: Pick<KnobAcrossRestart, 'before' | 'after'>): boolean {
  return Number.isFinite(before) && after === before
}

/** Why the restart was not what is promised, one line each. */
export function missingOfRestart({ knobs, backAfterMs, failure }: Restarted): readonly string[] {
  if (failure !== undefined) return [`expected the shop to start again after kill -9, and it did not: ${failure}`]
  if (backAfterMs === undefined) {
    if (knobs.length === 0) return ['expected every knob to be back after kill -9, and none could be read before it']
    const away = knobs.filter(knob => !isBack(knob)).map(({ name }) => name)
    return [`expected every knob to be back after kill -9, and these were not: ${away.join(', ')}`]
  }
  if (knobs.every(({ atKill }) => !Number.isFinite(atKill)))
    return ['expected a knob to be changed at the kill -9, and the shop did not answer at that time']
  return knobs.some(({ before, atKill }) => Number.isFinite(atKill) && before !== atKill)
    ? []
    : ['expected a knob to be changed at the kill -9, and none was: nothing had to be reverted']
}
