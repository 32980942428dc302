import { disposeTogether, SignalInstrumentation } from '@homeostat/signals'
import { ExternalServices } from './client/external-services.ts'
import { processCompression } from './compression/compression.ts'
import type { HttpInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationOptions } from './instrumentation-options.ts'
import { observeNetwork } from './network/network-signals.ts'
import { DEFAULT_MAX_ROUTES } from './server/server-options.ts'
import { ServerRequests } from './server/server-requests.ts'
import { VERSION } from './version.ts'
import { EdgeWarmer } from './warming/edge-warmer.ts'

export type { HttpInstrumentationConfig } from './instrumentation-options.ts'

/**
 * Measures HTTP: the services that the application calls with `fetch`, undici or `node:http`, per origin; the requests that it serves, by route; and
 * the network below both.
 *
 * @example
 * ```ts
 * registerInstrumentations({ instrumentations: [new HttpInstrumentation()] })
 * ```
 */
export class HttpInstrumentation extends SignalInstrumentation<HttpInstrumentationConfig> {
  /** The services that the application calls, by origin. */
  readonly services: ExternalServices
  /** @internal The requests that this process serves. */
  readonly serverRequests: ServerRequests
  #warmer = new EdgeWarmer()

  constructor(config: HttpInstrumentationConfig = {}) {
    super('@homeostat/http', VERSION, config, { schema: instrumentationOptions, path: 'http' })
    this.services = new ExternalServices(this.registry, this.config.client)
    const { maxRoutes = DEFAULT_MAX_ROUTES } = this.config.server ?? {}
    this.serverRequests = new ServerRequests({ registry: this.registry, maxRoutes })
    // From here on, whether or not anybody registers it: the adapters compress in any case.
    processCompression.excluded.add(this.config.compression?.exclude ?? [])
  }

  /**
   * Reads a pool that no hook can find, e.g. one inside of a bundle: a `Pool` of undici or an `http.Agent`. The object is not kept alive.
   *
   * @returns false for anything else, which is left alone
   */
  observe(object: object): boolean {
    return this.services.add(object)
  }

  /** @internal What warms the edge, made anew by each `enable()`. */
  get warmer(): EdgeWarmer {
    return this.#warmer
  }

  protected override activate(): Disposable {
    this.#warmer = new EdgeWarmer(this.config.warming)
    return disposeTogether(
      this.services.follow(),
      this.serverRequests.follow(),
      observeNetwork(this.registry, this.config.network),
      processCompression.attach(this.registry, this.config.compression),
      this.#warmer.activate(this.registry),
    )
  }
}
