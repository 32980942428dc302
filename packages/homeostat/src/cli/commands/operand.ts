import { WrongCallError } from '../wrong-call-error.ts'

/** @throws WrongCallError for an operand */
export function checkNoOperand([stray]: readonly string[]): void {
  if (stray !== undefined) throw new WrongCallError(`unexpected '${stray}'`)
}

/**
 * The only operand of a command that takes one.
 *
 * @throws WrongCallError for a second one
 */
export function onlyOperand([operand, ...more]: readonly string[]): string | undefined {
  checkNoOperand(more)
  return operand
}
