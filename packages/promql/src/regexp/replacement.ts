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

/** `$1`, `$name`, `${name}` and `$$`, as Go's `Regexp.Expand`: the longest name counts, and an unknown one is empty. */
export function expandReplacement(
  template: string,
  match: readonly (string | undefined)[],
  names: readonly (string | undefined)[],
): string {
  const value = new BoundedText()
  for (const [text, braced, bare] of template.matchAll(/\$(?:\$|\{(\w+)\}|(\w+))|[^$]+|\$/g)) {
    const name = braced ?? bare
    if (name === undefined) value.add(text === '$$' ? '$' : text)
    else value.add(match[/^\d+$/.test(name) ? Number(name) : names.indexOf(name)] ?? '')
  }
  return value.text
}
