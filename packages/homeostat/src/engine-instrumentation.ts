import type { SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import { VERSION } from './version.ts'

/** Homeostat's metrics about itself, exported like any other instrumentation's. They are written by the ledger. */
export class EngineInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  constructor(config: SignalInstrumentationConfig = {}) {
    super('homeostat', VERSION, config)
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}
