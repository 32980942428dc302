import zlib from 'node:zlib'
import { promisify } from 'node:util'
import type { Coding } from './coding.ts'
import { LAST_STEP, levelOptions } from './compression-steps.ts'
import type { RouteClass } from './route-classes.ts'

/** The share of the time that probes may take: 0.5 % of one CPU. */
const SHARE = 0.005
/** A class that is known is measured again after this time. */
const AGAIN_MS = 60_000
/** Larger bodies say no more, and take longer. */
const LARGEST_BYTES = 256 * 1024
/** Smaller ones say little. */
const SMALLEST_BYTES = 512

type Compress = (body: Buffer, options: object) => Promise<Buffer>

const COMPRESS: Readonly<Record<Coding, Compress | undefined>> = {
  zstd: asPromise((zlib as Partial<typeof zlib>).zstdCompress),
  br: asPromise(zlib.brotliCompress),
  gzip: asPromise(zlib.gzip),
}

/**
 * Compresses a body now and then at every step, on a thread of the pool after it was handed over, and adds what it finds to the class
 * of the body. One at a time, and at most half a percent of one CPU.
 */
export class StepProbe {
  readonly #clock: () => number
  readonly #onFault: (error: unknown) => void
  readonly #probedAt = new WeakMap<RouteClass, number>()
  #isOn = false
  #isBusy = false
  #nextAt = 0

  /** @param clock - milliseconds that only grow */
  constructor(onFault: (error: unknown) => void, clock: () => number = () => performance.now()) {
    this.#onFault = onFault
    this.#clock = clock
  }

  start(): void {
    this.#isOn = true
  }

  stop(): void {
    this.#isOn = false
  }

  /**
   * Whether the body of this class would be measured now: asked before it is kept.
   *
   * @param bytes - of the body
   */
  wants(routeClass: RouteClass, coding: Coding, bytes: number): boolean {
    if (!this.#isOn || this.#isBusy || bytes > LARGEST_BYTES || bytes < SMALLEST_BYTES) return false
    const now = this.#clock()
    if (now < this.#nextAt) return false
    return !routeClass.measurements.isKnown(coding) || now - (this.#probedAt.get(routeClass) ?? -Infinity) >= AGAIN_MS
  }

  /** Measures a body that nobody changes any more. */
  async measure(routeClass: RouteClass, coding: Coding, body: Buffer): Promise<void> {
    const compress = COMPRESS[coding]
    if (compress === undefined || this.#isBusy) return
    this.#isBusy = true
    const startedAt = this.#clock()
    this.#probedAt.set(routeClass, startedAt)
    try {
      const bytes = [body.length]
      const seconds = [0]
      for (let step = 1; step <= LAST_STEP && this.#isOn; step++) {
        const from = this.#clock()
        bytes.push((await compress(body, levelOptions(coding, step))).length)
        seconds.push((this.#clock() - from) / 1000)
      }
      if (bytes.length === LAST_STEP + 1) routeClass.measurements.add(coding, bytes, seconds)
    } catch (error) {
      this.#onFault(error)
    } finally {
      const endedAt = this.#clock()
      this.#nextAt = endedAt + (endedAt - startedAt) / SHARE
      this.#isBusy = false
    }
  }
}

function asPromise(compress: unknown): Compress | undefined {
  return typeof compress === 'function' ? promisify(compress as typeof zlib.gzip) : undefined
}
