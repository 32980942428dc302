import type { HistoryOptions, Phase } from './history.ts'
import { createSignal, type SignalOptions } from './signal.ts'

/** One line of the report: histories of one kind, and what is promised of them. */
export interface VerdictCase {
  readonly name: string
  readonly about: 'placebo' | 'shadow' | 'helps' | 'harms' | 'power'
  readonly history: HistoryOptions
  readonly histories: number
  /** Through the whole loop in virtual time, which takes longer: rules, conditions, gates, trials and histories. @default the judge alone */
  readonly isWholeLoop?: boolean
}

const plain: SignalOptions = { rho: 0.8, sigma: 0.1 }

const placebos: { readonly [name: string]: SignalOptions } = {
  'AR(1) rho 0.5': { ...plain, rho: 0.5 },
  'AR(1) rho 0.8': plain,
  'AR(1) rho 0.95': { ...plain, rho: 0.95 },
  'daily drift': { ...plain, shape: 'daily drift' },
  'level shifts': { ...plain, shape: 'level shifts' },
  'heavy tails': { ...plain, shape: 'heavy tails' },
  '30 % missing': { ...plain, missing: 'a third' },
  'missing when high': { ...plain, missing: 'when high' },
}

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

/** @param scale 1 for the long form; the short one takes a part of each case */
export function verdictCases(scale: number): readonly VerdictCase[] {
  const count = (histories: number): number => Math.ceil(histories * scale)
  const randomised = (signal: SignalOptions, perArm: number): HistoryOptions => ({
    phases: [{ plant: createSignal(signal), arms: 'undecided', perArm }],
    threshold: fireAbove(signal),
  })
  const effects = Object.entries({ 'AR(1) rho 0.5': 0.5, 'AR(1) rho 0.8': 0.8, 'AR(1) rho 0.95': 0.95 })
  return [
    ...Object.entries(placebos).map(([name, signal]) => ({
      name: `placebo, ${name}`,
      about: 'placebo' as const,
      history: randomised(signal, 48),
      histories: count(2000),
    })),
    ...effects.map(([name, rho]) => ({
      name: `-20 %, ${name}`,
      about: 'helps' as const,
      history: randomised({ ...plain, rho, factor: 0.8 }, 12),
      histories: count(2000),
    })),
    ...effects.map(([name, rho]) => ({
      name: `+20 %, ${name}`,
      about: 'harms' as const,
      history: randomised({ ...plain, rho, factor: 1.2 }, 12),
      histories: count(2000),
    })),
    ...Object.entries(placebos).map(([name, signal]) => ({
      name: `whole loop, placebo, ${name}`,
      about: 'placebo' as const,
      history: randomised(signal, 48),
      histories: count(LOOP_HISTORIES),
      isWholeLoop: true,
    })),
    ...([0.8, 1.2] as const).map(factor => ({
      name: `whole loop, ${factor < 1 ? '-20 %' : '+20 %'}, AR(1) rho 0.8`,
      about: factor < 1 ? ('helps' as const) : ('harms' as const),
      history: randomised({ ...plain, factor }, 12),
      histories: count(LOOP_HISTORIES),
      isWholeLoop: true,
    })),
    ...Object.entries(changes).flatMap(([change, [shadow, act]]) =>
      Object.entries(arms).map(([name, drawn]) => ({
        name: `shadow, ${change}, ${name}`,
        about: 'shadow' as const,
        history: {
          phases: [
            { plant: createSignal(shadow), arms: 'controls only' as const, perArm: 48 },
            { plant: createSignal(act), ...drawn },
          ],
          threshold: fireAbove(plain),
        },
        histories: count(1000),
      })),
    ),
    ...[0.05, 0.1, 0.15, 0.25, 0.35].flatMap(sd =>
      [10, 20, 30].map(effect => ({
        name: `power, -${effect} %, sd ${sd}`,
        about: 'power' as const,
        history: randomised({ ...plain, sigma: sd / SD_PER_SIGMA, factor: 1 - effect / 100 }, 48),
        histories: count(400),
      })),
    ),
  ]
}

/** The rule fires a standard deviation above the usual level. */
function fireAbove({ sigma }: SignalOptions): number {
  return 100 * Math.exp(sigma)
}
