import { parse } from 'yaml'

/**
 * Reads a YAML text that is not a rule file, e.g. a configuration of the application, as plain values.
 *
 * @throws `YAMLParseError` when the text is not valid, or follows more than 100 aliases.
 */
export function parseYaml(text: string): unknown {
  return parse(text, { logLevel: 'silent', maxAliasCount: 100 }) as unknown
}
