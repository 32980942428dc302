import type { Phase } from '../history.ts'
import { createSignal, type SignalOptions } from '../plants/signal.ts'
import { fireAbove, logNormal, plain, type Service } from '../services.ts'
import type { VerdictCase } from '../verdict-case.ts'
import { randomised } from './randomised.ts'

/** From the shadow period to the act period. */
const changes: { readonly [name: string]: readonly [shadow: SignalOptions, act: SignalOptions] } = {
  'level +1.5 sigma': [plain, { ...plain, level: 1.5 }],
  'level -1.5 sigma': [{ ...plain, level: 1.5 }, plain],
  'rho 0.5 to 0.95': [
    { ...plain, rho: 0.5 },
    { ...plain, rho: 0.95 },
  ],
  'rho 0.95 to 0.5': [
    { ...plain, rho: 0.95 },
    { ...plain, rho: 0.5 },
  ],
}

const arms: { readonly [name: string]: Pick<Phase, 'arms' | 'perArm'> } = {
  'then acts only': { arms: 'acts only', perArm: 48 },
  'then half and half': { arms: 'undecided', perArm: 48 },
  'then one control in ten': { arms: 'settled', perArm: 108 },
}

/** Cases of each kind through the whole loop. */
const LOOP_HISTORIES = 200

/** Of AR(1) rho 0.8 with `sigma` 1: the standard deviation of a control's log ratio, measured. */
const SD_PER_SIGMA = 0.86

const effects: { readonly [name: string]: Service } = {
  'AR(1) rho 0.5': logNormal['AR(1) rho 0.5'],
  'AR(1) rho 0.8': logNormal['AR(1) rho 0.8'],
  'AR(1) rho 0.95': logNormal['AR(1) rho 0.95'],
}

/** Loads that wander around 100: no zeros, no ties, no clock. The short form leaves out what takes long and has no bound. */
export function logNormalCases(short: boolean): readonly VerdictCase[] {
  const histories = short ? 120 : 2000
  const both: VerdictCase[] = [
    ...Object.entries(logNormal).map(([name, service]): VerdictCase => ({
      name: `placebo, ${name}`,
      about: 'placebo',
      history: randomised(service, 1, 48),
      histories,
    })),
    ...([0.8, 1.2] as const).flatMap(factor =>
      Object.entries(effects).map(([name, service]): VerdictCase => ({
        name: `${factor < 1 ? '-20 %' : '+20 %'}, ${name}`,
        about: factor < 1 ? 'helps' : 'harms',
        history: randomised(service, factor, 12),
        histories,
      })),
    ),
  ]
  return short ? both : [...both, ...loops(), ...shadows(), ...sizes()]
}

function loops(): VerdictCase[] {
  const common = { histories: LOOP_HISTORIES, isWholeLoop: true }
  return [
    ...Object.entries(logNormal).map(([name, service]): VerdictCase => ({
      ...common,
      name: `whole loop, placebo, ${name}`,
      about: 'placebo',
      history: randomised(service, 1, 48),
    })),
    ...([0.8, 1.2] as const).map((factor): VerdictCase => ({
      ...common,
      name: `whole loop, ${factor < 1 ? '-20 %' : '+20 %'}, AR(1) rho 0.8`,
      about: factor < 1 ? 'helps' : 'harms',
      history: randomised(logNormal['AR(1) rho 0.8'], factor, 12),
    })),
  ]
}

/** Controls of a shadow period that differs from the time in which the action runs: they must not count. */
export function shadows(histories = 1000): VerdictCase[] {
  return Object.entries(changes).flatMap(([change, [shadow, act]]) =>
    Object.entries(arms).map(([name, drawn]): VerdictCase => ({
      name: `shadow, ${change}, ${name}`,
      about: 'placebo',
      history: {
        phases: [
          { plant: createSignal(shadow), arms: 'controls only', perArm: 48 },
          { plant: createSignal(act), ...drawn },
        ],
        threshold: fireAbove(plain),
      },
      histories,
    })),
  )
}

/** How many episodes an effect takes, by its size and by the noise. */
function sizes(): VerdictCase[] {
  return [0.05, 0.1, 0.15, 0.25, 0.35].flatMap(sd =>
    [10, 20, 30].map((effect): VerdictCase => {
      const signal = { ...plain, sigma: sd / SD_PER_SIGMA, factor: 1 - effect / 100 }
      return {
        name: `power, -${effect} %, sd ${sd}`,
        about: 'size',
        history: {
          phases: [{ plant: createSignal(signal), arms: 'undecided', perArm: 48 }],
          threshold: fireAbove(signal),
        },
        histories: 400,
      }
    }),
  )
}
