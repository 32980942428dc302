/** What is expected and what came instead: the part of the messages where this engine says word for word what promtool says. */
export function mismatches(output: string): string[] {
  return output.split('\n').filter(line => /^ {4,}(?!rule:)\S/.test(line))
}
