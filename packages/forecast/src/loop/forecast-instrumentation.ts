import { SignalInstrumentation, type SignalInstrumentationConfig } from '@homeostat/signals'
import { VERSION } from './version.ts'

/** Publishes forecasts: it has nothing to patch or subscribe to, since the loop feeds them. */
export class ForecastInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  #isOn = false

  constructor(config: SignalInstrumentationConfig = {}) {
    super('@homeostat/forecast', VERSION, config)
  }

  /** Whether anything is to be published. */
  get isOn(): boolean {
    return this.#isOn
  }

  protected override activate(): Disposable {
    this.#isOn = true
    return { [Symbol.dispose]: () => void (this.#isOn = false) }
  }
}
