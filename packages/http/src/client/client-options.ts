import type { OptionSchema } from '@homeostat/signals/options'
import { group, wholeNumber } from '@homeostat/signals/options'

/** What is measured of the services that the application calls. */
export interface ClientOptions {
  /** Most origins (scheme, host and port) that are measured separately; further ones share `_OTHER`. @default 100 */
  readonly maxOrigins?: number
}

export const DEFAULT_MAX_ORIGINS = 100

/** The schema of the key `http.client`. */
export const clientOptions: OptionSchema<ClientOptions> = group<ClientOptions>(
  {
    maxOrigins: wholeNumber({
      least: 0,
      most: 1000,
      default: DEFAULT_MAX_ORIGINS,
      description: 'most origins that are measured separately; further ones share `_OTHER`',
    }),
  },
  { description: 'what is measured of the services that the application calls' },
)
