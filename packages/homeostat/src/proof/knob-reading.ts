import type { Knob } from '@homeostat/optimizer'
import { describeThrown, within } from '@homeostat/signals'

const READ_LIMIT_MS = 2000

/** @throws Error - whose message names the knob, where it cannot be read, or not in time */
export async function readInTime(knob: Knob): Promise<number> {
  const late = new Error(`${knob.name} could not be read in time`)
  return within(
    READ_LIMIT_MS,
    async () => knob.read(),
    () => late,
  ).catch((error: unknown) => {
    throw error === late ? late : new Error(`${knob.name} could not be read: ${describeThrown(error)}`)
  })
}
