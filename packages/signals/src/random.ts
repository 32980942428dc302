/** Uniform numbers in [0, 1) from a seed: Mulberry32 (public domain, T. Ettinger). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A standard normal number: Box and Muller, 1958. */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Normal numbers of mean 0 and deviation 1, each depending on the one before: an AR(1) process. */
export function createNoise(random: () => number, autocorrelation: number): () => number {
  const fresh = Math.sqrt(1 - autocorrelation ** 2)
  let value = gaussian(random)
  return () => {
    const current = value
    value = autocorrelation * value + fresh * gaussian(random)
    return current
  }
}
