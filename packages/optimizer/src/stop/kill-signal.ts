import { errorType } from '@homeostat/signals'
import type { KillSwitchSource } from './kill-switch.ts'

/** Options of {@link KillSignal}. */
export interface KillSignalOptions {
  /** @default SIGUSR2 */
  readonly signal?: NodeJS.Signals
  /** False: only as long as nobody else in the process listens to the signal. @default true */
  readonly shared?: boolean
  /** Called after each signal. */
  readonly onChange: () => void
  /** Called with one line that says why the signal is not listened to. */
  readonly onWarning: (message: string) => void
}

/** Our own listeners of all loops in this process: they are nobody else. */
const OURS = new WeakSet<object>()

/**
 * A signal as a kill switch: the first one trips it, the next one releases it. The listener does not keep the process
 * alive.
 */
export class KillSignal implements KillSwitchSource, Disposable {
  readonly #options: KillSignalOptions
  readonly #signal: NodeJS.Signals
  readonly #onSignal = (): void => this.#toggle()
  #isTripped = false

  constructor(options: KillSignalOptions) {
    this.#options = options
    this.#signal = options.signal ?? 'SIGUSR2'
    OURS.add(this.#onSignal)
    if (this.#mustStandBack()) return
    try {
      process.on(this.#signal, this.#onSignal)
    } catch (error) {
      // Windows knows no SIGUSR2, and no system lets anybody listen to SIGKILL.
      options.onWarning(`${this.#signal} does not work as a kill switch here: ${errorType(error)}`)
    }
  }

  trippedBy(): string | undefined {
    return this.#isTripped ? this.#signal : undefined
  }

  [Symbol.dispose](): void {
    process.off(this.#signal, this.#onSignal)
  }

  #toggle(): void {
    // A listener that came after ours means something else by the signal.
    if (this.#mustStandBack()) return this[Symbol.dispose]()
    this.#isTripped = !this.#isTripped
    this.#options.onChange()
  }

  #mustStandBack(): boolean {
    const { shared = true, onWarning } = this.#options
    if (shared || process.listeners(this.#signal).every(listener => OURS.has(listener))) return false
    onWarning(
      `${this.#signal} does not work as a kill switch: the application listens to it; name it in killSignal to share it`,
    )
    return true
  }
}
