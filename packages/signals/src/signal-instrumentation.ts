import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { Registry } from './registry.ts'

export interface SignalInstrumentationConfig {
  /** Read-only in effect: what `getConfig()` reports. Registering an instrumentation turns it on, as upstream's do. */
  enabled?: boolean
  /** Most series of this instrumentation. @default 2000 */
  maxSeries?: number
}

/**
 * An OpenTelemetry `Instrumentation` over a {@link Registry}, structurally: it works with `registerInstrumentations` of
 * SDK 2 and SDK 3.
 *
 * The constructor has no effects (upstream's base class calls `enable()` before the subclass has its fields); everything
 * that is subscribed, patched or started happens in `activate()` and ends with the `Disposable` it returns.
 */
export abstract class SignalInstrumentation<Config extends SignalInstrumentationConfig> {
  readonly instrumentationName: string
  readonly instrumentationVersion: string
  readonly registry: Registry
  #config: Config
  #active: Disposable | undefined

  constructor(name: string, version: string, config: Config) {
    this.instrumentationName = name
    this.instrumentationVersion = version
    this.#config = config
    const { maxSeries } = config
    this.registry = new Registry({ scope: { name, version }, ...(maxSeries === undefined ? undefined : { maxSeries }) })
  }

  /** Starts measuring. Does nothing when it is on already. */
  enable(): void {
    // A failure here is ours; the application goes on without the signals and `homeostat.errors` says so.
    this.#active ??= this.registry.faults.contain('signal', () => this.activate())
  }

  /** Stops measuring and leaves no listener, patch or timer behind. Counts stay as they are, levels are no longer exported. */
  disable(): void {
    const active = this.#active
    if (active === undefined) return
    this.#active = undefined
    this.registry.faults.contain('signal', () => active[Symbol.dispose]())
    this.registry.clearLevels()
  }

  setMeterProvider(provider: MeterProvider): void {
    this.registry.faults.contain('signal', () => this.registry.bindMeterProvider(provider))
  }

  /** Metrics only: there are no spans to make. */
  setTracerProvider(_provider: TracerProvider): void {}

  /** Takes effect at the next {@link enable}. */
  setConfig(config: Config): void {
    this.#config = config
  }

  /** The configuration; `enabled` tells whether it is on now, which is what `registerInstrumentations` asks. */
  getConfig(): Config {
    return { ...this.#config, enabled: this.#active !== undefined }
  }

  protected get config(): Config {
    return this.#config
  }

  protected abstract activate(): Disposable
}
