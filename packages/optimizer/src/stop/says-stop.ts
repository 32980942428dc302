/** What an operator writes into a variable or a file to say that nothing is to be switched off. */
const GO_ON: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'off'])

/** Whether the text of a kill switch, a variable's or a file's, says stop. */
export function saysStop(text: string): boolean {
  return !GO_ON.has(text.trim().toLowerCase())
}
