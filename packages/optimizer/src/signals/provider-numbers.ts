/** A provider that delivered nothing for so long has been shut down, and its number is given to the next one. */
const SILENCE_MS = 3_600_000

interface Known {
  readonly provider: object
  deliveredAt: number
}

/**
 * Numbers the providers of a process, from 1, in the order in which their readers deliver. Two providers may carry the same
 * scopes and names, as two processes may under one Prometheus, so their series must be distinguished.
 */
export class ProviderNumbers {
  readonly #known: Known[] = []

  of(provider: object, at: number): number {
    let place = this.#known.findIndex(known => known.provider === provider)
    if (place === -1) place = this.#known.findIndex(({ deliveredAt }) => at - deliveredAt > SILENCE_MS)
    if (place === -1) place = this.#known.length
    this.#known[place] = { provider, deliveredAt: at }
    return place + 1
  }
}
