import { WrongCallError } from '../wrong-call-error.ts'

/**
 * The only operand of a command that takes one.
 *
 * @throws WrongCallError for a second one
 */
export function targetIn([target, ...more]: readonly string[]): string | undefined {
  if (more.length > 0) throw new WrongCallError(`unexpected '${more[0] ?? ''}'`)
  return target
}
