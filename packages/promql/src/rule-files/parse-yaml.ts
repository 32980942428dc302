import { parse } from 'yaml'

/**
 * The plain value of a YAML text that is not a rule file, as JSON has it: a configuration of the application for example.
 *
 * @throws `YAMLParseError` when the text is not valid, or follows more than 100 aliases.
 */
export function parseYaml(text: string): unknown {
  return parse(text, { logLevel: 'silent', maxAliasCount: 100 }) as unknown
}
