import type { HistoryOptions } from './history.ts'
import { atOneTime, late, repeated } from './handed-in.ts'
import { createConstant } from './plants/constant.ts'
import { times, withEffect } from './plants/effect.ts'
import { drifting, growing } from './plants/growth.ts'
import { HOURLY, NIGHTLY, withJob } from './plants/job.ts'
import { createLabelSets } from './plants/label-sets.ts'
import { counted, rounded, withZeros } from './plants/measured-as.ts'
import type { CreatePlant } from './plants/plant.ts'
import { createSignal, type SignalOptions } from './plants/signal.ts'

/** A value that a rule watches, the rule, and how the episodes reach the judge. */
export interface Service extends Omit<HistoryOptions, 'phases'> {
  /** @param factor what the action multiplies the value by; 1 is a placebo */
  readonly plant: (factor: number) => CreatePlant
}

export const plain: SignalOptions = { rho: 0.8, sigma: 0.1 }

/** The rule fires a standard deviation above the usual level. */
export function fireAbove({ sigma }: SignalOptions): number {
  return 100 * Math.exp(sigma)
}

function signal(options: SignalOptions): Service {
  return { plant: factor => createSignal({ ...options, factor }), threshold: fireAbove(options) }
}

/** The services of the first releases: log-normal around 100. */
export const logNormal = {
  'AR(1) rho 0.5': signal({ ...plain, rho: 0.5 }),
  'AR(1) rho 0.8': signal(plain),
  'AR(1) rho 0.95': signal({ ...plain, rho: 0.95 }),
  'daily drift': signal({ ...plain, shape: 'daily drift' }),
  'level shifts': signal({ ...plain, shape: 'level shifts' }),
  'heavy tails': signal({ ...plain, shape: 'heavy tails' }),
  '30 % missing': signal({ ...plain, missing: 'a third' }),
  'missing when high': signal({ ...plain, missing: 'when high' }),
} satisfies { readonly [name: string]: Service }

/** The noise where something else varies too, such that a control's log ratio has a standard deviation of 0.09 at most. */
const moderate: SignalOptions = { rho: 0.8, sigma: 0.085 }
const calm: SignalOptions = { rho: 0.8, sigma: 0.06 }

/** In 96 episodes, which take 18 hours here, the load grows by 20 %; in the 17 hours of the other by 50 %. */
const GROWTH_PER_HOUR = { '20 %': 0.011, '50 %': 0.03 }

function job(options: typeof HOURLY, firesAfter: number): Service {
  return {
    plant: factor =>
      factor < 1
        ? withJob(createSignal(calm), { ...options, cure: factor })
        : withEffect(withJob(createSignal(calm), options), times(factor)),
    threshold: 130,
    firesAfter,
  }
}

function growth(perHour: number): Service {
  return { ...signal(moderate), plant: factor => growing(createSignal({ ...moderate, factor }), perHour) }
}

function counts(samples: number): Service {
  return {
    plant: factor => counted(createSignal({ rho: 0.8, sigma: 0.03, factor }), 0.1),
    // Mean 10: three above 11 in a row are unusual.
    threshold: 11,
    samples,
  }
}

const asUsual = signal(plain)

/** The drift of a day, with the noise that leaves a standard deviation of 0.09. */
export const steady = {
  'daily drift of 20 %': {
    plant: factor => drifting(createSignal({ ...moderate, factor }), 0.2),
    threshold: fireAbove(moderate),
  },
} satisfies { readonly [name: string]: Service }

/** Services in which an action can show an effect of 20 %. */
export const others = {
  // With a rule that waits for two minutes, so that all of the baseline lies within the job's time.
  'hourly job': job(HOURLY, 12),
  'nightly job': job(NIGHTLY, 12),
  'growth of 20 %': growth(GROWTH_PER_HOUR['20 %']),
  'growth of 50 %': growth(GROWTH_PER_HOUR['50 %']),
  'counts with mean 10': counts(48),
  'rounded to tens': { ...asUsual, plant: factor => rounded(createSignal({ ...plain, factor }), 10) },
  constant: { plant: factor => withEffect(createConstant(100), times(factor)), threshold: 99 },
  'three label sets': {
    plant: factor => createLabelSets(createSignal(plain), { count: 3, own: 0.05, factor }),
    threshold: fireAbove(plain),
  },
  'all at one time': { ...asUsual, handedIn: atOneTime },
  'each handed in twice': { ...asUsual, handedIn: repeated(2) },
  'each handed in eight times': { ...asUsual, handedIn: repeated(8) },
  'handed in late': { ...asUsual, handedIn: late(6) },
} satisfies { readonly [name: string]: Service }

/** Services in which 20 % drown, or mean nothing. */
export const coarse = {
  'mostly zeros': { plant: factor => withZeros(createSignal({ ...plain, factor }), { off: 12, on: 6 }), threshold: 50 },
  'zeros at times': {
    plant: factor => withZeros(createSignal({ ...plain, factor }), { off: 4, on: 20 }),
    threshold: 50,
  },
  'few counts': counts(12),
  'rounded to halves': { ...asUsual, plant: factor => rounded(createSignal({ ...plain, factor }), 50), threshold: 99 },
  'hourly job, baseline before it': job(HOURLY, 3),
} satisfies { readonly [name: string]: Service }
