import type { MappingReader, YamlDocument } from '@homeostat/promql/rule-files'
import type { OptionSchema } from '@homeostat/signals/options'
import { readWhole } from '@homeostat/signals/options'

/** Reads a value of a file and, if each of its fields is valid, checks it as if code had given it. */
export function checked<T>(document: YamlDocument, fields: MappingReader, schema: OptionSchema<T>, read: () => T): T {
  const before = document.errors.length
  const value = read()
  if (document.errors.length === before) checkAsCode(fields, schema, value)
  return value
}

/** Reports what the schema for code does not allow, bounds for example, at the field of the file. */
export function checkAsCode<T>(fields: MappingReader, schema: OptionSchema<T>, value: T): void {
  for (const { path, message } of readWhole(schema, value).problems)
    fields.report(fieldOf(path), inWordsOfFiles(message))
}

/** The field of a file for a path of code: `timeoutMs` is `timeout`, and `to.alert` is `alert`. */
function fieldOf(path: string): string {
  const [name = ''] = path.replace(/^to\./, '').split(/[.[]/)
  return inWordsOfFiles(name)
}

/** Files have durations, and names that are spelt as Prometheus spells them. */
function inWordsOfFiles(text: string): string {
  return text
    .replaceAll(/\bcarryOverMs\b/g, 'carry_over')
    .replaceAll(/\b(cooldown|timeout|baseline|settle|window|block)Ms\b/g, '$1')
    .replaceAll(/\bnotWorseThan\b/g, 'not_worse_than')
    .replaceAll(/\bmaxMode\b/g, 'max_mode')
    .replace(/; it is left out$/, '')
    .replace(/^options (?=needs|is|has)/, '')
}
