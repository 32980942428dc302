import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { Domain } from '@homeostat/optimizer'
import type { SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import { VERSION } from './version.ts'

/** Any instrumentation of ours, as `registerInstrumentations` takes it. */
export type HomeostatInstrumentation = NonNullable<Domain['instrumentation']> | EngineInstrumentation

/** Homeostat's metrics about itself, exported like any other instrumentation's. They are written by the ledger. */
export class EngineInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  readonly #onProvider: (provider: unknown) => void

  /** @param onProvider - is given each provider that the SDK hands to instrumentations */
  constructor(onProvider: (provider: unknown) => void = () => {}) {
    super('homeostat', VERSION, {})
    this.#onProvider = onProvider
  }

  override setMeterProvider(provider: MeterProvider): void {
    super.setMeterProvider(provider)
    this.#onProvider(provider)
  }

  override setTracerProvider(provider: TracerProvider): void {
    this.#onProvider(provider)
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}
