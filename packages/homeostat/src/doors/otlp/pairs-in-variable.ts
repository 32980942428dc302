import type { Environment } from '@homeostat/signals/options'
import { textIn } from '@homeostat/signals/options'

/** The pairs of a variable, and how many of its parts are not pairs. */
export interface VariablePairs {
  readonly pairs: ReadonlyMap<string, string>
  readonly wrong: number
}

/**
 * Reads `name=value,other=value`, percent-encoded, as `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_RESOURCE_ATTRIBUTES` hold it. The last
 * of several equal names counts. Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 */
export function pairsInVariable(environment: Environment, name: string): VariablePairs {
  const pairs = new Map<string, string>()
  let wrong = 0
  for (const part of (textIn(environment, name) ?? '').split(',')) {
    if (part.trim() === '') continue
    const [key, ...rest] = part.split('=')
    const decodedKey = decoded(key!.trim())
    const value = decoded(rest.join('=').trim())
    if (rest.length === 0 || decodedKey === undefined || decodedKey === '' || value === undefined) wrong++
    else pairs.set(decodedKey, value)
  }
  return { pairs, wrong }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
