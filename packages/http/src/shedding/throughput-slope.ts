/** How many samples are compared. */
const SAMPLES = 16

/**
 * Whether more requests in flight bring more answers, from the covariance of both over the last samples. Pure.
 *
 * A service with room answers more when more is in flight (Little's law, in flight = rate x duration), so the elasticity
 * d log(rate) / d log(in flight) is about 1. A saturated one answers as many as before, and they wait longer: about 0. That is the check by
 * which a baseline of the duration may be learned or not; learned while saturated, it drifts up with the queue.
 * Source: Cinnamon Auto-Tuner, Uber Engineering (2023); Netflix/concurrency-limits#165 is the drift.
 */
export class ThroughputSlope {
  readonly #inFlight = new Float64Array(SAMPLES)
  readonly #rate = new Float64Array(SAMPLES)
  #next = 0
  #count = 0

  add(inFlight: number, rate: number): void {
    this.#inFlight[this.#next] = inFlight
    this.#rate[this.#next] = rate
    this.#next = (this.#next + 1) % SAMPLES
    this.#count = Math.min(SAMPLES, this.#count + 1)
  }

  /** Forgets all samples: they come from another situation. */
  clear(): void {
    this.#count = 0
    this.#next = 0
  }

  /** The elasticity, about 1 with room and about 0 when saturated; undefined without enough samples or any variation. */
  elasticity(): number | undefined {
    const count = this.#count
    if (count < SAMPLES / 2) return undefined
    let meanInFlight = 0
    let meanRate = 0
    for (let sample = 0; sample < count; sample++) {
      meanInFlight += this.#inFlight[sample]! / count
      meanRate += this.#rate[sample]! / count
    }
    let covariance = 0
    let variance = 0
    for (let sample = 0; sample < count; sample++) {
      const difference = this.#inFlight[sample]! - meanInFlight
      covariance += difference * (this.#rate[sample]! - meanRate)
      variance += difference * difference
    }
    // Less than 1 % of variation says nothing about what follows what.
    if (meanRate === 0 || variance < count * (0.01 * meanInFlight) ** 2) return undefined
    return (covariance / variance) * (meanInFlight / meanRate)
  }
}
