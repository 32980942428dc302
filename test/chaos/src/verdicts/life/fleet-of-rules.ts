import { createRandom } from '@homeostat/lab/scenarios'
import { coarse, logNormal, others, steady, type Service } from '../services.ts'
import { Life } from './life.ts'

export interface FleetOptions {
  readonly placebos: number
  readonly real: number
  readonly days: number
}

/** What stood, and what was ever said, at the end of each day. */
export interface FleetDay {
  /** Share of the placebos among the actions whose verdict is `effective`; 0 when there is none. */
  readonly standing: number
  /** The same among the actions that were ever called effective. */
  readonly ever: number
  /** The share of the actions that help that is called effective. */
  readonly found: number
  /** The generation that the median placebo has reached. */
  readonly generation: number
}

/** Two hours after a trial the next alarm may come: some ten a day. */
const PAUSE_MS = 2 * 3_600_000

const services: readonly Service[] = [
  logNormal['AR(1) rho 0.5'],
  logNormal['AR(1) rho 0.8'],
  logNormal['AR(1) rho 0.95'],
  logNormal['heavy tails'],
  steady['daily drift of 20 %'],
  others['rounded to tens'],
  others['growth of 20 %'],
  coarse['few counts'],
]

/** Many rules and actions side by side, most of which do nothing, and the share of false ones among the discoveries. */
export function watchFleet({ placebos, real, days }: FleetOptions, seed: number): FleetDay[] {
  const create = (index: number): { life: Life; isReal: boolean; wasEffective: boolean } => {
    const isReal = index >= placebos
    // A job ends and growth goes on whatever the action does: both are placebos only.
    const service = isReal ? logNormal['AR(1) rho 0.8'] : services[index % services.length]!
    const options = { service, factor: isReal ? 0.8 : 1, pauseMs: PAUSE_MS }
    const life = new Life(options, createRandom(Math.imul(seed * 100_003 + index, 2_654_435_761)))
    return { life, isReal, wasEffective: false }
  }
  const fleet = Array.from({ length: placebos + real }, (_, index) => create(index))
  return Array.from({ length: days }, (_, day) => {
    for (const one of fleet) {
      while (one.life.days < day + 1) {
        for (const { verdict } of one.life.next()) one.wasEffective ||= verdict === 'effective'
      }
    }
    const standing = fleet.filter(({ life }) => life.standing === 'effective')
    const ever = fleet.filter(({ wasEffective }) => wasEffective)
    const generations = fleet.filter(({ isReal }) => !isReal).map(({ life }) => life.generation)
    return {
      standing: falseShare(standing),
      ever: falseShare(ever),
      found: standing.filter(({ isReal }) => isReal).length / real,
      generation: generations.toSorted((a, b) => a - b)[placebos >> 1]!,
    }
  })
}

function falseShare(effective: readonly { readonly isReal: boolean }[]): number {
  return effective.filter(({ isReal }) => !isReal).length / Math.max(1, effective.length)
}
