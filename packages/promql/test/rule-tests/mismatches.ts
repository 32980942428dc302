/** The expected and the actual samples of a message: here this engine prints the words of promtool. */
export function mismatches(output: string): string[] {
  return output.split('\n').filter(line => /^ {4,}(?!rule:)\S/.test(line))
}
