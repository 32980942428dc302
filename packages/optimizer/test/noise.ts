import { createRandom, gaussian } from '@homeostat/signals/random'

/** Normal numbers that are the same in every run, and the uniform ones they are made of. */
export function createNoise(seed: number): (() => number) & { readonly uniform: () => number } {
  const uniform = createRandom(seed)
  return Object.assign(() => gaussian(uniform), { uniform })
}
