import type { OptionSchema } from '@homeostat/signals/options'
import { group, wholeNumber } from '@homeostat/signals/options'

/** What is measured of the requests that the process serves. */
export interface ServerOptions {
  /** Most routes that are measured separately; further ones share `_OTHER`. @default 200 */
  readonly maxRoutes?: number
}

export const DEFAULT_MAX_ROUTES = 200

/** The schema of the key `http.server`. */
export const serverOptions: OptionSchema<ServerOptions> = group<ServerOptions>(
  {
    maxRoutes: wholeNumber({
      least: 0,
      most: 2000,
      default: DEFAULT_MAX_ROUTES,
      description: 'most routes that are measured separately; further ones share `_OTHER`',
    }),
  },
  { description: 'what is measured of the requests that the process serves' },
)
