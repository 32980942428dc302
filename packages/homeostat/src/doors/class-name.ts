import { fieldOf, shownValue } from '@homeostat/signals/options'

/**
 * The name of the class of somebody else's object, e.g. `PrometheusExporter`; undefined where it has none that fits in a line.
 * Bundlers append a number: `MeterProvider$1`.
 */
export function classNameOf(value: unknown): string | undefined {
  const name = fieldOf(fieldOf(value, 'constructor'), 'name')
  return typeof name === 'string' && /^[\w$]{1,60}$/.test(name) ? name.replace(/\$\d+$/, '') : undefined
}

/** Somebody else's value in a message: the name of its class where it has one. */
export function shownClassOf(value: unknown): string {
  return (typeof value === 'object' ? classNameOf(value) : undefined) ?? shownValue(value)
}
