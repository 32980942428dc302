/** A statement of one line that ends in a comment with a literal, the expected value. */
const CLAIM =
  /^(?!const |let |import |export |await |return )([^/'\n]*(?:'[^'\n]*'[^/'\n]*)*?) \/\/ ('[^'\n]*'|-?[\d_]+(?:\.\d+)?|true|false|undefined|\[.*\]|\{.*\})$/

/**
 * Turns the claims of an example, as in `formatDuration(5_400_000) // '1h30m'`, into checks. Values that are left out in the
 * comment (`…`, `...`) make no claim.
 */
export function withClaimsChecked(code: string): string {
  const lines = code.split('\n').map(line => {
    const [, expression, literal] = CLAIM.exec(line) ?? []
    if (expression === undefined || /…|\.\.\./.test(literal!)) return line
    return `claim(${expression}, ${literal})`
  })
  if (!lines.some(line => line.startsWith('claim('))) return code
  return `import { deepStrictEqual as claim } from 'node:assert/strict'\n${lines.join('\n')}`
}
