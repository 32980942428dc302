import type { HistoryOptions } from '../history.ts'
import type { Service } from '../services.ts'

/** A history of a service with so many episodes per arm, drawn as the loop draws them. */
export function randomised({ plant, ...rule }: Service, factor: number, perArm: number): HistoryOptions {
  return { phases: [{ plant: plant(factor), arms: 'undecided', perArm }], ...rule }
}
