import type { KillSwitch } from '@homeostat/optimizer'
import { KillFile, KillSignal, Watchdog } from '@homeostat/optimizer/parts'
import type { Faults } from '@homeostat/signals'
import type { HomeostatOptions } from '../options/options.ts'

/** Where nothing may act, the kill file only has to be up to date when somebody asks for the mode. */
const QUIET_POLL_MS = 5000

export interface KillSwitchesContext {
  readonly options: HomeostatOptions
  readonly killSwitch: KillSwitch
  readonly faults: Faults
  /** Whether some action may act at all; otherwise there is little to stop. */
  readonly mayAct: boolean
  /** Receives lines for an operator. */
  readonly notice: (text: string) => void
}

/**
 * Trips the kill switch from outside: by a file, a signal, and the watchdog of the event loop. The first two count from the
 * moment that this is made.
 */
export class KillSwitches implements AsyncDisposable {
  readonly #file: KillFile | undefined
  readonly #signal: KillSignal | undefined
  readonly #watchdog: Watchdog | undefined

  constructor({ options, killSwitch, faults, mayAct, notice: say }: KillSwitchesContext) {
    const { killFile, killSignal, watchdog } = options
    const follow = (): unknown => faults.contain('tick', () => killSwitch.check())
    // A person who trips it from outside reads the output of the process, not its telemetry.
    const onChange = (): void => {
      follow()
      const { state } = killSwitch
      say(state.tripped ? `all actions are stopped by ${state.by}` : 'actions may run again: no kill switch is tripped')
    }

    try {
      if (killFile !== undefined)
        this.#file = new KillFile({
          path: killFile,
          onChange,
          onWarning: say,
          ...(!mayAct && { pollMs: QUIET_POLL_MS }),
        })
      if (killSignal !== false && (killSignal || mayAct))
        this.#signal = new KillSignal({
          ...(killSignal && { signal: killSignal }),
          shared: killSignal !== undefined,
          onChange,
          onWarning: say,
        })
      // Its thread and its beats cost an idle process something all the time, and there would be nothing to stop.
      if (watchdog !== false && mayAct)
        this.#watchdog = new Watchdog({
          ...(typeof watchdog === 'object' && watchdog),
          onChange,
          onFault: error => faults.report('tick', error),
        })
      for (const source of [this.#file, this.#signal, this.#watchdog]) if (source) killSwitch.add(source)
    } catch (error) {
      // No other code can end the ones that were made.
      void this[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The watchdog expects the event loop to be running from here on. */
  start(): void {
    this.#watchdog?.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#file?.[Symbol.dispose]()
    this.#signal?.[Symbol.dispose]()
    await this.#watchdog?.[Symbol.asyncDispose]()
  }
}
