import { FadedSums } from './faded-sums.ts'

/** The rate is the mean of about this time while nothing changes. */
const FADE_SECONDS = 180
/** Counts are compared over at least this time: shorter ones are mostly noise. */
const SPAN_SECONDS = 5
/** So many spans in a row have to lie outside before the rate has changed. One alone is a batch, which the backlog shows. */
const SPANS = 3
/** Standard deviations that lie outside: three spans in a row do so by chance once in 10^5. */
const OUTSIDE = 2

interface Span {
  readonly seconds: number
  readonly jobs: number
}

/**
 * How many jobs arrive per second, from counts. A rate that has changed counts from the change on, and is not mixed with the
 * old one: three spans in a row that all lie far above (or below) the mean start a new mean.
 */
export class Arrivals {
  readonly #sums = new FadedSums(['seconds', 'jobs', 'squares', 'spans'], FADE_SECONDS)
  #recent: Span[] = []
  #open: Span = { seconds: 0, jobs: 0 }

  add(seconds: number, jobs: number): void {
    this.#open = { seconds: this.#open.seconds + seconds, jobs: this.#open.jobs + jobs }
    if (this.#open.seconds < SPAN_SECONDS) return
    this.#recent.push(this.#open)
    this.#open = { seconds: 0, jobs: 0 }
    if (this.#recent.length <= SPANS) return
    const oldest = this.#recent.shift()
    if (oldest !== undefined) this.#settle(oldest)
    if (this.#hasChanged()) this.#sums.clear()
  }

  /** Jobs per second; `undefined` before there is one span. */
  get rate(): number | undefined {
    let [seconds, jobs] = [this.#sums.get('seconds'), this.#sums.get('jobs')]
    for (const span of this.#recent) {
      seconds += span.seconds
      jobs += span.jobs
    }
    return seconds > 0 ? jobs / seconds : undefined
  }

  clear(): void {
    this.#sums.clear()
    this.#recent = []
    this.#open = { seconds: 0, jobs: 0 }
  }

  #settle({ seconds, jobs }: Span): void {
    this.#sums.add(seconds, { seconds, jobs, squares: (jobs * jobs) / seconds, spans: 1 })
  }

  #hasChanged(): boolean {
    const seconds = this.#sums.get('seconds')
    if (seconds <= 0) return false
    const rate = this.#sums.get('jobs') / seconds
    const spans = this.#sums.get('spans')
    // The index of dispersion (variance by mean) I, from E[n^2 / t] = r^2 t + I r: usual bursts do not count as a change.
    // Cox & Lewis, The Statistical Analysis of Series of Events, 1966, ch. 4.
    const index = (this.#sums.get('squares') - rate * rate * seconds) / (rate * spans)
    const spread = spans >= SPANS && index > 1 ? index : 1
    const distances = this.#recent.map(span => {
      const expected = rate * span.seconds
      return (span.jobs - expected) / Math.sqrt(Math.max(1, expected) * spread)
    })
    return distances.every(distance => distance > OUTSIDE) || distances.every(distance => distance < -OUTSIDE)
  }
}
