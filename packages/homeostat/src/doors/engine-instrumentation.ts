import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { Domain } from '@homeostat/optimizer'
import type { SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation } from '@homeostat/signals'
import { VERSION } from '../version.ts'

/** Any instrumentation of ours, as `registerInstrumentations` takes it. */
export type HomeostatInstrumentation = NonNullable<Domain['instrumentation']> | EngineInstrumentation

/** Takes what the SDK hands to instrumentations. */
export interface ProviderListener {
  onProvider(provider: unknown): void
  onMeterProvider(provider: object): void
}

const NOBODY: ProviderListener = { onProvider: () => undefined, onMeterProvider: () => undefined }

/** Homeostat's metrics about itself, exported like any other instrumentation's. They are written by the ledger. */
export class EngineInstrumentation extends SignalInstrumentation<SignalInstrumentationConfig> {
  readonly #listener: ProviderListener

  constructor(listener: ProviderListener = NOBODY) {
    super('homeostat', VERSION, {})
    this.#listener = listener
  }

  override setMeterProvider(provider: MeterProvider): void {
    this.#listener.onProvider(provider)
    // First, so that the registries of all instrumentations can be claimed for its readers: this one is the first in the list.
    this.#listener.onMeterProvider(provider)
    super.setMeterProvider(provider)
  }

  override setTracerProvider(provider: TracerProvider): void {
    this.#listener.onProvider(provider)
  }

  protected activate(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}
