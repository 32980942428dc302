import { coarse, logNormal, others, steady } from '../services.ts'
import type { LifeOptions } from './life.ts'

/** Generations after which the report counts what was ever said. */
export const MILESTONES = [1, 10, 30, 100, 200] as const

export interface LifeCase extends LifeOptions {
  readonly name: string
  readonly lives: number
  readonly generations: number
}

const usual = { service: logNormal['AR(1) rho 0.8'], factor: 1 }

const kinds: { readonly [name: string]: LifeOptions } = {
  'AR(1) rho 0.8': usual,
  'AR(1) rho 0.95': { ...usual, service: logNormal['AR(1) rho 0.95'] },
  'daily drift': { ...usual, service: steady['daily drift of 20 %'] },
  'heavy tails': { ...usual, service: logNormal['heavy tails'] },
  'hourly job': { ...usual, service: others['hourly job'] },
  'growth of 20 % in 18 hours': { ...usual, service: others['growth of 20 %'] },
  'few counts': { ...usual, service: coarse['few counts'] },
  'mostly zeros': { ...usual, service: coarse['mostly zeros'] },
  'rounded to halves': { ...usual, service: coarse['rounded to halves'] },
  'three label sets': { ...usual, service: others['three label sets'] },
  'guards breached in 10 % of the trials': { ...usual, breached: 0.1 },
  'a switchback in each generation': { ...usual, design: 'switchback' },
  'a split in each generation': { ...usual, design: 'split' },
}

/** So few generations and kinds that the upper bound takes a minute; they spend half of what a life has. */
const SHORT = [
  'AR(1) rho 0.8',
  'guards breached in 10 % of the trials',
  'a switchback in each generation',
  'a split in each generation',
]

export function lifeCases(short: boolean): readonly LifeCase[] {
  return Object.entries(kinds)
    .filter(([name]) => !short || SHORT.includes(name))
    .map(([name, options]) => ({ name, ...options, lives: 200, generations: short ? 10 : 200 }))
}
