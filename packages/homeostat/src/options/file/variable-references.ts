import type { Environment } from '@homeostat/signals/options'
import { textIn } from '@homeostat/signals/options'

/** `$$`, or a text between `${` and `}`. */
const REFERENCE = /\$\$|\$\{(?:env:)?([^}]+)\}/g
const NAME_AND_DEFAULT = /^([a-z_]\w*)(?::-([^\n]*))?$/i

/**
 * A text with its references to environment variables replaced, as OpenTelemetry's declarative configuration does it: `${NAME}`,
 * `${env:NAME}` and `${NAME:-default}`, where a variable that is empty counts as not set and `$$` stands for `$`. A value that
 * comes from a variable is not searched again. Undefined where something else stands between the braces.
 *
 * Source: opentelemetry-specification, configuration/data-model.md, "Environment variable substitution".
 */
export function withVariables(text: string, environment: Environment): string | undefined {
  let isValid = true
  const replaced = text.replaceAll(REFERENCE, (whole, reference: string | undefined) => {
    if (reference === undefined) return '$'
    const [, name, fallback = ''] = NAME_AND_DEFAULT.exec(reference) ?? []
    if (name === undefined) {
      isValid = false
      return whole
    }
    const value = textIn(environment, name) ?? ''
    return value.trim() === '' ? fallback : value
  })
  return isValid ? replaced : undefined
}
