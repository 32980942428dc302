import { fieldOf } from '@homeostat/signals/options'

/**
 * Every copy of `@opentelemetry/api` 1.x keeps the registered providers under this key. Never write it: the first copy that does
 * sets the version for all.
 */
const API = Symbol.for('opentelemetry.js.api.1')

/** The registered providers, as `metrics` and `trace`, the logger `diag`, and the `version` of the copy that registered first; undefined while there are none. */
export function registeredApi(): unknown {
  return fieldOf(globalThis, API)
}
