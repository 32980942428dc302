/** Normal numbers that are the same in every run (Lehmer 1951; Box and Muller 1958). */
export function createNoise(seed: number): (() => number) & { readonly uniform: () => number } {
  let state = seed * 48_271
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  return Object.assign(normal, { uniform })
}
