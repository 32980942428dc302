/**
 * The text without line breaks and other control characters, which a name from outside may hold: a line of the log or of the
 * report stays one line, and a terminal obeys none of it.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
