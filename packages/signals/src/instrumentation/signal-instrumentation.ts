import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { warnOfOptions } from '../options/option-warning.ts'
import type { OptionSchema } from '../options/option-schema.ts'
import { group } from '../options/option-schema.ts'
import { readOptions } from '../options/read-options.ts'
import { Registry } from '../registry/registry.ts'
import type { SignalInstrumentationConfig } from './signal-options.ts'
import { signalOptions } from './signal-options.ts'

export type { SignalInstrumentationConfig } from './signal-options.ts'

const COMMON = group(signalOptions, { description: 'options of the instrumentation' })

/** The schema by which the options of an instrumentation are checked. */
export interface CheckedConfig<Config> {
  readonly schema: OptionSchema<Config>
  /** Stands before the names of options in warnings, e.g. `pg`. */
  readonly path: string
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
  readonly #checked: CheckedConfig<Config> | undefined
  #config: Config
  #active: Disposable | undefined

  /**
   * @param config - options from the application: each one that is not valid is reported in one warning and left out
   * @param checked - without it only the options that every instrumentation has are checked
   */
  constructor(name: string, version: string, config: Config, checked?: CheckedConfig<Config>) {
    this.instrumentationName = name
    this.instrumentationVersion = version
    this.#checked = checked
    this.#config = this.#read(config)
    const { maxSeries } = this.#config
    this.registry = new Registry({ scope: { name, version }, ...(maxSeries === undefined ? undefined : { maxSeries }) })
  }

  /** Starts measuring. Does nothing when it is on already. */
  enable(): void {
    // A failure here is ours; the application goes on without the signals and `homeostat.errors` counts it.
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
    this.#config = this.#read(config)
  }

  /** The configuration; `enabled` shows whether it is on now, which is what `registerInstrumentations` asks. */
  getConfig(): Config {
    return { ...this.#config, enabled: this.#active !== undefined }
  }

  #read(config: Config): Config {
    const { schema, path } = this.#checked ?? { schema: COMMON as OptionSchema<Config>, path: this.instrumentationName }
    const given = this.#checked ? config : { maxSeries: config?.maxSeries }
    const { options, problems } = readOptions(schema, given, { path })
    warnOfOptions(problems)
    return this.#checked ? options : { ...config, maxSeries: undefined, ...options }
  }

  protected get config(): Config {
    return this.#config
  }

  protected abstract activate(): Disposable
}
