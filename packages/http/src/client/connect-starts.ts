import type { Origin } from './origin.ts'

const MOST_PER_ORIGIN = 256
/** No connection takes longer: undici gives up after 10 s by default. */
const LONGEST_MS = 120_000

/**
 * When connections began to open. undici publishes the begin and the end of an attempt without anything that they share, so an end is
 * matched with the last begin of its origin. The sum of the durations is right whichever is taken, and an attempt whose end is never
 * published, since its client was destroyed meanwhile, spoils no later one.
 */
export class ConnectStarts {
  readonly #starts = new WeakMap<Origin, number[]>()

  add(origin: Origin, nowMs: number): void {
    const starts = this.#starts.get(origin)
    if (starts === undefined) this.#starts.set(origin, [nowMs])
    else {
      if (starts.length >= MOST_PER_ORIGIN) starts.shift()
      starts.push(nowMs)
    }
  }

  take(origin: Origin, nowMs: number): number | undefined {
    const startMs = this.#starts.get(origin)?.pop()
    return startMs === undefined || nowMs - startMs > LONGEST_MS ? undefined : startMs
  }
}
