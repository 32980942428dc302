import { Worker } from 'node:worker_threads'
import { after, errorType } from '@homeostat/signals'
import { WatchdogLostError } from './loop-blocked-error.ts'
import type { PulseReaderOptions } from './pulse.ts'
import { PULSE_READER } from './pulse.ts'

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60_000
/** The thread holds a timer and two numbers. */
const LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

/** The watchdog's thread: started again when it dies, each time after twice the wait. It never keeps the process alive. */
export class PulseThread implements AsyncDisposable {
  readonly #options: PulseReaderOptions
  readonly #onLost: (error: WatchdogLostError) => void
  readonly #program: string
  #worker: Worker | undefined
  #retry: Disposable | undefined
  #waitMs = FIRST_WAIT_MS
  #isClosed = false

  constructor(options: PulseReaderOptions, onLost: (error: WatchdogLostError) => void, program: string = PULSE_READER) {
    this.#options = options
    this.#onLost = onLost
    this.#program = program
    this.#start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#retry?.[Symbol.dispose]()
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #start(): void {
    const startedAt = performance.now()
    let cause: unknown
    try {
      // Neither options nor environment of the process: its preloaded modules, this loop among them, belong to it alone.
      const worker = new Worker(this.#program, {
        eval: true,
        workerData: this.#options,
        name: 'homeostat watchdog',
        execArgv: [],
        env: {},
        resourceLimits: LIMITS,
      })
      worker.on('error', (error: unknown) => (cause = error))
      worker.on('exit', code => {
        if (performance.now() - startedAt > LONGEST_WAIT_MS) this.#waitMs = FIRST_WAIT_MS
        this.#lost(`exit code ${code}`, cause)
      })
      worker.unref()
      this.#worker = worker
    } catch (error) {
      // Node's permission model refuses threads without --allow-worker.
      this.#lost(errorType(error), error)
    }
  }

  #lost(why: string, cause: unknown): void {
    if (this.#isClosed) return
    this.#worker = undefined
    const waitMs = this.#waitMs
    this.#waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    this.#retry = after(waitMs, () => this.#start())
    this.#onLost(new WatchdogLostError(why, waitMs, cause))
  }
}
