import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { group, signalOptions } from '@homeostat/signals/options'
import { clientOptions, type ClientOptions } from './client/client-options.ts'
import { compressionOptions, type CompressionOptions } from './compression/compression-options.ts'
import { networkOptions, type NetworkOptions } from './network/network-options.ts'
import { serverOptions, type ServerOptions } from './server/server-options.ts'
import { warmingOptions, type WarmingOptions } from './warming/warming-options.ts'

/** Options of `HttpInstrumentation`. */
export interface HttpInstrumentationConfig extends SignalInstrumentationConfig {
  /** The services that the application calls. @default the defaults of its members */
  client?: ClientOptions
  /** What is compressed by the adapters of this package, and how it is measured. @default the defaults of its members */
  compression?: CompressionOptions
  /** The requests that the process serves. @default the defaults of its members */
  server?: ServerOptions
  /** The network below both. @default the defaults of its members */
  network?: NetworkOptions
  /** Popular content that is kept warm at the edge. @default off */
  warming?: WarmingOptions
}

export const instrumentationEntries: OptionEntries<HttpInstrumentationConfig> = {
  client: clientOptions,
  compression: compressionOptions,
  server: serverOptions,
  network: networkOptions,
  warming: warmingOptions,
  ...signalOptions,
}

/** The schema of `new HttpInstrumentation(config)`. */
export const instrumentationOptions: OptionSchema<HttpInstrumentationConfig> = group(instrumentationEntries, {
  description: 'options of the instrumentation',
})
