import { EvaluationError } from '../words/errors.ts'

/** Nested calls can double a value at every level, so its length is bounded. */
const MAX_VALUE_CHARS = 65_536

/** A text put together from parts, bounded. */
export class BoundedText {
  text = ''

  add(part: string): void {
    if (this.text.length + part.length > MAX_VALUE_CHARS)
      throw new EvaluationError(`label value longer than ${MAX_VALUE_CHARS} characters`)
    this.text += part
  }
}

const REFERENCE = /\$(?:\$|\{(?<braced>[\p{L}\p{Nd}_]+)\}|(?<bare>[\p{L}\p{Nd}_]+))|[^$]+|\$/gu

/**
 * `$1`, `$name`, `${name}` and `$$`, as Go's `Regexp.Expand`: the longest name counts, an unknown one is empty, and of
 * groups of the same name the first that matched.
 */
export function expandReplacement(
  template: string,
  match: readonly (string | undefined)[],
  names: readonly (string | undefined)[],
): string {
  const value = new BoundedText()
  for (const { 0: text, groups = {} } of template.matchAll(REFERENCE)) {
    const name = groups['braced'] ?? groups['bare']
    if (name === undefined) value.add(text === '$$' ? '$' : text)
    // `$01` is a name, not a number.
    else if (/^(?:0|[1-9]\d{0,8})$/.test(name)) value.add(match[Number(name)] ?? '')
    else value.add(match.find((group, i) => group !== undefined && names[i] === name) ?? '')
  }
  return value.text
}
