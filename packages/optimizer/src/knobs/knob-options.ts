import type { Bounds, KnobOptions } from '../words/knob.ts'
import { KnobOptionsError, KnobOutOfBoundsError } from './errors.ts'

/**
 * The value that one run sets: what the options ask for, at most a step away, within the bounds and on the grain.
 *
 * @throws KnobOptionsError - the options name none or several, or no number
 * @throws KnobOutOfBoundsError - the value is out of bounds already: somebody wanted it there
 */
export function targetOf(knob: string, options: unknown, current: number, bounds: Bounds<number>): number {
  const wanted = wantedOf(knob, options, current)
  if (!Number.isFinite(current) || !(current >= bounds.min && current <= bounds.max))
    throw new KnobOutOfBoundsError(knob, current, bounds)
  return stepTowards(current, clamp(onGrain(current, wanted, bounds), bounds), bounds)
}

/** The next value on the way: the wanted one, or one step towards it. */
export function stepTowards(current: number, wanted: number, { step, grain }: Bounds<number>): number {
  if (step === undefined || Math.abs(wanted - current) <= step) return wanted
  const length = grain === undefined ? step : Math.max(grain, Math.floor(step / grain) * grain)
  return wanted > current ? current + length : current - length
}

function wantedOf(knob: string, options: unknown, current: number): number {
  const { to, by, factor } = (typeof options === 'object' && options !== null ? options : {}) as KnobOptions
  const given = [to, by, factor].filter(value => value !== undefined)
  if (given.length !== 1 || !Number.isFinite(given[0])) throw new KnobOptionsError(knob)
  return to ?? (by === undefined ? current * (factor as number) : current + by)
}

/** At least one grain in the wanted direction, so that a factor never gets stuck on a small value. */
function onGrain(current: number, wanted: number, { grain }: Bounds<number>): number {
  if (grain === undefined) return wanted
  const grains = wanted / grain
  return (wanted < current ? Math.floor(grains) : Math.ceil(grains)) * grain
}

function clamp(value: number, { min, max }: Bounds<number>): number {
  return Math.min(max, Math.max(min, value))
}
