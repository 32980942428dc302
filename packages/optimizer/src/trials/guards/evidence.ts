import type { Counts } from './quiet-ratio.ts'

/** Log likelihood of the counts under share p1 less that under p0, divided by the dispersion. */
export function logLikelihoodRatio({ hits, trials }: Counts, p0: number, p1: number, dispersion: number): number {
  return (hits * Math.log(p1 / p0) + (trials - hits) * Math.log((1 - p1) / (1 - p0))) / dispersion
}

/**
 * Evidence that a share has risen at some unknown moment since the start: the Shiryaev-Roberts statistic
 * R = (1 + R) * likelihood ratio, averaged over several alternatives. Under p0, R less the number of steps is a
 * martingale, so within n steps it exceeds A with a probability of at most n / A (Doob; Pollak, Annals of Statistics
 * 1985), whenever one looks.
 */
export class Evidence {
  readonly #p0: number
  readonly #alternatives: readonly number[]
  readonly #dispersion: number
  readonly #sums: number[]
  #steps = 0
  #run = 0
  #runHits = 0
  #runTrials = 0

  constructor(p0: number, alternatives: readonly number[], dispersion: number) {
    this.#p0 = p0
    this.#alternatives = alternatives
    this.#dispersion = dispersion
    this.#sums = alternatives.map(() => 0)
  }

  get steps(): number {
    return this.#steps
  }

  /** Average over the alternatives. */
  get value(): number {
    return this.#sums.reduce((sum, each) => sum + each, 0) / this.#sums.length
  }

  /** Counts since the share began to look raised (where the CUSUM of the mildest alternative was last zero; Page, 1954). */
  get run(): Counts {
    return { hits: this.#runHits, trials: this.#runTrials }
  }

  add(counts: Counts): void {
    this.#steps++
    for (let index = 0; index < this.#sums.length; index++) {
      const ratio = Math.exp(logLikelihoodRatio(counts, this.#p0, this.#alternatives[index]!, this.#dispersion))
      this.#sums[index] = Math.min(Number.MAX_VALUE / 16, (1 + this.#sums[index]!) * ratio)
    }
    this.#run += logLikelihoodRatio(counts, this.#p0, this.#alternatives[0]!, this.#dispersion)
    this.#runHits += counts.hits
    this.#runTrials += counts.trials
    if (this.#run > 0) return
    this.#run = this.#runHits = this.#runTrials = 0
  }
}
