import { freshLife, nextGeneration, type Alpha } from '@homeostat/judge'
import { mixtureInBlocks, mixtureOfRuns, mixtureOfSamples, withEffect, type CreateEffect } from '../plants/effect.ts'
import { createConstant } from '../plants/constant.ts'
import { createSignal } from '../plants/signal.ts'
import { coarse, fireAbove, logNormal, others, plain, steady, type Service } from '../services.ts'
import type { VerdictCase } from '../verdict-case.ts'
import { randomised } from './randomised.ts'

/** A float's smallest step above one. */
const ONE_STEP_HIGHER = 1 + Number.EPSILON

const mixtures: { readonly [name: string]: CreateEffect } = {
  '-20 % in three of four runs, times 100 in one': mixtureInBlocks(0.8, 100, 4),
  '-30 % in 7 of 12 samples, times 20 in 5': mixtureOfSamples(0.7, 20, 12, 5),
}

/** Of six runs none is bad in 18 % of the histories, and of twelve in 3 %: no judge can know it by then. */
const mixturesByChance: { readonly [name: string]: CreateEffect } = {
  '-20 % in a run or, by a chance of 1 in 4, times 100': mixtureOfRuns(0.8, 100, 0.25),
}

/** In which an effect of 20 % must be found by 12 + 12. */
const effects: { readonly [name: string]: Service } = { ...steady, ...others }

/** Zeros, ties, counts, jobs, growth, label sets, and episodes that arrive twice or late. */
export function serviceCases(short: boolean): readonly VerdictCase[] {
  const histories = short ? 120 : 2000
  return [
    ...Object.entries({ ...others, ...coarse }).map(([name, service]): VerdictCase => ({
      name: `placebo, ${name}`,
      about: 'placebo',
      history: randomised(service, 1, 48),
      histories,
      ...asked(name),
    })),
    ...Object.entries({ 'one float step higher': ONE_STEP_HIGHER, '+3 % without noise': 1.03 }).map(
      ([name, factor]): VerdictCase => ({
        name: `too small to be harm, ${name}`,
        about: 'placebo',
        history: randomised({ ...others.constant, plant: () => withConstant(factor) }, factor, 48),
        histories: 100,
      }),
    ),
    ...([0.8, 1.2] as const).flatMap(factor =>
      Object.entries(effects).map(([name, service]): VerdictCase => ({
        name: `${factor < 1 ? '-20 %' : '+20 %'}, ${name}`,
        about: factor < 1 ? 'helps' : 'harms',
        history: randomised(service, factor, 12),
        histories,
        ...asked(name),
      })),
    ),
    ...Object.entries({ 'AR(1) rho 0.8': logNormal['AR(1) rho 0.8'], ...effects }).map(
      ([name, service]): VerdictCase => ({
        name: `-20 % in the tenth generation, ${name}`,
        about: 'later',
        history: randomised(service, 0.8, 24),
        histories,
        alpha: tenthGeneration(),
        ...asked(name),
      }),
    ),
    ...Object.entries({ ...mixtures, ...mixturesByChance }).map(([name, effect]): VerdictCase => ({
      name: `mixture, ${name}`,
      about: name in mixtures ? 'mixture' : 'mixture by chance',
      history: {
        phases: [{ plant: withEffect(createSignal(plain), effect), arms: 'undecided', perArm: 48 }],
        threshold: fireAbove(plain),
      },
      histories: short ? 200 : 1000,
    })),
  ]
}

function withConstant(factor: number): ReturnType<typeof withEffect> {
  return withEffect(createConstant(100), () => ({ factor: () => factor }))
}

/** Copies are handed in one by one, but a question after each would take hours. */
function asked(name: string): Pick<VerdictCase, 'askedEvery'> {
  if (name === 'each handed in eight times') return { askedEvery: 29 }
  return name === 'handed in late' ? { askedEvery: 1 } : {}
}

/** What a history without a leaning has left for its tenth generation. */
function tenthGeneration(): Alpha {
  let life = freshLife()
  while (life.generation < 10) life = nextGeneration(life)
  return life.alpha
}
