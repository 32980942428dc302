import type { CreatePlant } from './plant.ts'

/** A metric without noise. */
export function createConstant(value: number): CreatePlant {
  return () => ({ next: () => value })
}
