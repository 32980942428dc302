import type { Attributes } from '@opentelemetry/api'

/** One string per attribute set, whatever the order of its keys. Computed once, when a series is bound. */
export function attributeKey(attributes: Attributes): string {
  const keys = Object.keys(attributes).toSorted()
  return JSON.stringify(keys.map(key => [key, attributes[key]]))
}
