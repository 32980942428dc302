import { gaussian } from '@homeostat/lab/scenarios'
import type { Sample } from '@homeostat/judge'

/** What a half of many units has of its own, as the standard deviation of a sample's logarithm. */
const OWN = 0.05

/** The values of one half of the units under a load that both halves share. */
export function splitSamples(load: readonly Sample[], factor: number, random: () => number): Sample[] {
  return load.map(([ms, value]) => [ms, value * factor * Math.exp(OWN * gaussian(random))])
}
