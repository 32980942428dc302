/** Places in the memory that the event loop and the watchdog's thread share. */
const BEATS = 0
const TRIPS = 1

/** The shared memory: the loop counts beats in it, the thread counts each time it missed them for too long. */
export class Pulse {
  readonly memory: SharedArrayBuffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  readonly #counts = new Int32Array(this.memory)

  beat(): void {
    Atomics.add(this.#counts, BEATS, 1)
  }

  get trips(): number {
    return Atomics.load(this.#counts, TRIPS)
  }
}

/** What the thread is given. */
export interface PulseReaderOptions {
  readonly memory: SharedArrayBuffer
  readonly pollMs: number
  /** Looks in a row without a beat between them that are one too many. */
  readonly limit: number
}

/**
 * The thread's program: a text, because a file beside this one is lost by bundlers, and a function's text is changed by them.
 *
 * It counts its own looks and asks no clock. Where the whole process stood still, suspended or starved of CPU, it has not
 * looked either, and nothing is held against the loop. It sleeps instead of having a timer, which costs a tenth of the CPU.
 */
export const PULSE_READER: string = `
const { workerData } = require('node:worker_threads')
const counts = new Int32Array(workerData.memory)
const bed = new Int32Array(new SharedArrayBuffer(4))
let seen, missed = 0
for (;;) {
  Atomics.wait(bed, 0, 0, workerData.pollMs)
  const beats = Atomics.load(counts, ${BEATS})
  missed = beats === seen ? missed + 1 : 0
  seen = beats
  if (missed === workerData.limit) Atomics.add(counts, ${TRIPS}, 1)
}
`
