import type { FleetLease } from '../words/coordinator.ts'
import { KnobAnswerError } from './errors.ts'
import { typeName, type KnobAccess } from './knob-access.ts'

export interface VerifiedSetOptions {
  readonly knob: string
  readonly access: KnobAccess
  /** The present value, in the unit of the knob. */
  readonly from: number
  /** The value to set, in the unit of the knob. */
  readonly next: number
  readonly fleet: FleetLease | undefined
  /** Whether other processes and people may set the value at any time. */
  readonly isShared: boolean
  /** Called when the knob has returned true, before its value is read. @default nothing is called */
  readonly onSet?: () => Promise<void>
  /**
   * Called with a value that stands in place of `next`, before the knob is asked a second time. False: it is not asked.
   * @default it is asked again
   */
  readonly mayAskAgain?: (value: number) => boolean | Promise<boolean>
  /** Whether `true` counts when the value cannot be read after it. For an undo in a hurry. @default false */
  readonly trustsAnswer?: boolean
}

/**
 * How a set ended. `refused`: nothing changed, and the knob reported that. `theirs`: somebody else set another value meanwhile, which
 * stands; `doubt` is there when it could also be a fault of the knob. `fault`: the knob itself does not set what it is asked for.
 */
export type VerifiedSet =
  | { readonly end: 'set'; readonly answer: unknown }
  | { readonly end: 'refused' }
  | { readonly end: 'theirs'; readonly value: number; readonly doubt?: KnobAnswerError }
  | { readonly end: 'fault'; readonly value: number; readonly fault: KnobAnswerError }

/**
 * Sets a knob and reads it back. A value that is neither the old nor the new one has two possible causes: the knob clamps or rounds,
 * or a person set it right after us. One read cannot distinguish the two. The value of a shared knob is left alone then: an edit is never
 * overwritten to find out. A knob of this process is asked once more, with that value as the
 * expected one. A knob with a fault does the same again. If it sets the value now, the other value was a person's and is put back.
 *
 * @throws what the knob throws
 */
export async function setVerified(options: VerifiedSetOptions): Promise<VerifiedSet> {
  const { knob, access, from, next, fleet, isShared, onSet, mayAskAgain = () => true } = options
  const answer = await access.compareAndSet(from, next, fleet)
  if (answer === true) await onSet?.()
  const value = await readAfter(answer, options)
  if (value === next) return { end: 'set', answer }
  if (value === from) {
    if (answer !== true) return { end: 'refused' }
    const fault = `compareAndSet returned true for ${next}, but read() still returns ${value}; it has to return false when it does not set the value`
    return { end: 'fault', value, fault: new KnobAnswerError(knob, fault) }
  }
  // It says that it has not set anything, so it was not the knob.
  if (answer === false) return { end: 'theirs', value }
  const fault = new KnobAnswerError(
    knob,
    `compareAndSet was asked for ${next} and returned ${typeName(answer)}, but read() returns ${value}; it has to set exactly what it is asked for, or change nothing and return false`,
    !isShared,
  )
  if (isShared) return { end: 'theirs', value, doubt: fault }
  if (!(await mayAskAgain(value))) return { end: 'fault', value, fault }
  const again = await access.compareAndSet(value, next, fleet)
  const second = await access.read()
  // A fault is the same answer with the same value twice. A refusal, or a third value, means that somebody is at work.
  if (second !== next)
    return again === true && second === value ? { end: 'fault', value, fault } : { end: 'theirs', value: second }
  await access.compareAndSet(next, value, fleet)
  const third = await access.read()
  return third === next ? { end: 'fault', value: third, fault } : { end: 'theirs', value: third }
}

async function readAfter(answer: unknown, { access, next, trustsAnswer }: VerifiedSetOptions): Promise<number> {
  try {
    return await access.read()
  } catch (error) {
    if (answer !== true || !trustsAnswer) throw error
    return next
  }
}
