import type { Knob } from '@homeostat/optimizer'
import { KnobReadingError } from '@homeostat/optimizer/parts'
import { describeThrown, within } from '@homeostat/signals'

const READ_LIMIT_MS = 2000

/**
 * The value of a knob, which a proof shows: something else than a number may be anything.
 *
 * @throws Error - whose message names the knob, where it cannot be read, not in time, or not as a number
 */
export async function readInTime(knob: Knob): Promise<number> {
  const late = new Error(`${knob.name} could not be read in time`)
  const value: unknown = await within(
    READ_LIMIT_MS,
    async () => knob.read(),
    () => late,
  ).catch((error: unknown) => {
    throw error === late ? late : new Error(`${knob.name} could not be read: ${describeThrown(error)}`)
  })
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new KnobReadingError(knob.name, typeof value)
  return value
}
