import { HARM, WORTH } from './worth.ts'

/** What counts as better, and from which size on. */
export interface Terms {
  readonly direction: 'up' | 'down'
  readonly worth: number
  readonly harm: number
}

/**
 * Checks what a caller asks for, since a wrong word would turn every verdict into its opposite.
 *
 * @param name of the function that was called, for the message
 * @throws TypeError - when `direction` is neither 'up' nor 'down'
 * @throws RangeError - when `worth` or `harm` is not above 0 and below 1
 */
export function termsOf(
  name: string,
  given: { readonly direction: 'up' | 'down'; readonly worth?: number; readonly harm?: number },
): Terms {
  const { direction, worth = WORTH, harm = HARM } = given
  if (direction !== 'up' && direction !== 'down')
    throw new TypeError(`${name}: direction must be 'up' or 'down' (which way is better), not ${shown(direction)}`)
  for (const [option, value] of Object.entries({ worth, harm })) {
    if (typeof value !== 'number' || !(value > 0 && value < 1))
      throw new RangeError(
        `${name}: ${option} must be a share above 0 and below 1, e.g. 0.15 for 15 %, not ${shown(value)}`,
      )
  }
  return { direction, worth, harm }
}

/** A wrong value in one short line. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
