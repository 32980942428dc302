import { createLeak, type LeakOptions } from '../plants/leak.ts'
import { logNormal, others, steady, type Service } from '../services.ts'
import type { VerdictCase } from '../verdict-case.ts'
import { randomised } from './randomised.ts'

/** In per cent of the level an hour; a history of 48 + 48 lasts some 16 hours. */
const SPEEDS = [5, 10, 30, 60, 100]

const RESTART_AT = 2.7

const LEAKS: { readonly [kind in LeakOptions['kind']]: { readonly threshold: number; readonly sigma: number } } = {
  floor: { threshold: 110, sigma: 0.05 },
  sawtooth: { threshold: 140, sigma: 0.01 },
  garbage: { threshold: 130, sigma: 0.05 },
}

/** Services whose rule fires again and again, and nothing leaks. */
const soundServices: { readonly [name: string]: Service } = {
  'AR(1) rho 0.5': logNormal['AR(1) rho 0.5'],
  'AR(1) rho 0.8': logNormal['AR(1) rho 0.8'],
  'AR(1) rho 0.95': logNormal['AR(1) rho 0.95'],
  ...steady,
  ...others,
}

export function leakCases(short: boolean): readonly VerdictCase[] {
  return [
    ...Object.entries(LEAKS).flatMap(([kind, { threshold, sigma }]) =>
      SPEEDS.flatMap(speed =>
        [undefined, RESTART_AT].map((restartAt): VerdictCase => {
          const leak = { kind: kind as LeakOptions['kind'], perHour: speed / 100, sigma }
          const plant = createLeak({ ...leak, ...(restartAt !== undefined && { restartAt }) })
          return {
            name: `leak, ${kind}, ${speed} % an hour${restartAt === undefined ? '' : `, restart at ${restartAt}x`}`,
            about: 'leak',
            history: { phases: [{ plant, arms: 'undecided', perArm: 48 }], threshold },
            histories: short ? 20 : 2000,
          }
        }),
      ),
    ),
    ...Object.entries(soundServices).map(([name, service]): VerdictCase => ({
      name: `no leak: ${name}`,
      about: 'no leak',
      history: randomised(service, 0.8, 48),
      histories: short ? 20 : 400,
      ...(name === 'each handed in eight times' && { askedEvery: 29 }),
    })),
  ]
}
