import { describeThrown } from '@homeostat/signals'
import type { Bounds } from '../words/knob.ts'

/** A response asks a knob for nothing, or for several things at once. */
export class KnobOptionsError extends TypeError {
  override readonly name = 'KnobOptionsError'
  readonly code = 'HOMEOSTAT_KNOB_OPTIONS'

  constructor(knob: string) {
    super(`the options of a response with ${knob} need exactly one number: { to }, { by } or { factor }`)
  }
}

/** A knob stands where Homeostat would never put it. */
export class KnobOutOfBoundsError extends RangeError {
  override readonly name = 'KnobOutOfBoundsError'
  readonly code = 'HOMEOSTAT_KNOB_OUT_OF_BOUNDS'

  constructor(knob: string, value: number, { min, max }: Bounds<number>) {
    super(`${knob} is ${value}, out of its bounds ${min} to ${max}; it is not changed until it is within them again`)
  }
}

/** A knob did not answer; whether a value was set is then unknown, and found out later by reading it. */
export class KnobTimeoutError extends Error {
  override readonly name = 'KnobTimeoutError'
  readonly code = 'HOMEOSTAT_KNOB_TIMEOUT'

  /** Resolves when the call ends after all. */
  readonly settled: Promise<void>

  constructor(knob: string, doing: 'read' | 'compareAndSet', timeoutMs: number, settled: Promise<void>) {
    super(`${doing} of ${knob} took longer than ${timeoutMs} ms; give it a timeout of its own below that`)
    this.settled = settled
  }
}

/** A knob does not keep its contract. Its value is reverted all the same, unless a person may have set it. */
export class KnobAnswerError extends TypeError {
  override readonly name = 'KnobAnswerError'
  readonly code = 'HOMEOSTAT_KNOB_ANSWER'

  /**
   * @param fault - what it did, and what it should do
   * @param isSure - false where somebody else may have set the value meanwhile
   */
  constructor(knob: string, fault: string, isSure = true) {
    super(`the knob ${knob} ${isSure ? 'has a fault' : 'was set by somebody else, or has a fault'}: ${fault}`)
  }
}

/** A record asks for something that this process does not do. The knob is left as it is. */
export class RecordRefusedError extends Error {
  override readonly name = 'RecordRefusedError'
  readonly code = 'HOMEOSTAT_RECORD_REFUSED'

  /** Another release may be able to revert it. */
  readonly isLater: boolean

  constructor(knob: string, reason: string, isLater = false) {
    super(`an undo record of ${knob} is refused: ${reason}`)
    this.isLater = isLater
  }
}

/** A set was begun and no answer came. */
export class KnobUncertainError extends Error {
  override readonly name = 'KnobUncertainError'
  readonly code = 'HOMEOSTAT_KNOB_UNCERTAIN'

  constructor(knob: string, cause: unknown) {
    super(
      `whether ${knob} was set is not known: ${describeThrown(cause)}; it is read every second and reverted if it was`,
      { cause },
    )
  }
}

/** A change is not undone yet, and is tried again. Its message is a line of ours. */
export class KnobNotUndoneError extends Error {
  override readonly name = 'KnobNotUndoneError'
  readonly code = 'HOMEOSTAT_KNOB_NOT_UNDONE'
}

/** Two knobs have one name, so a record of the journal could mean either. */
export class DuplicateKnobError extends Error {
  override readonly name = 'DuplicateKnobError'
  readonly code = 'HOMEOSTAT_DUPLICATE_KNOB'

  constructor(name: string) {
    super(`two knobs have the name ${name}; rename one`)
  }
}

/** A knob returned something else than a finite number. */
export class KnobReadingError extends TypeError {
  override readonly name = 'KnobReadingError'
  readonly code = 'HOMEOSTAT_KNOB_READING'

  constructor(knob: string, came: string) {
    super(
      `the read() of ${knob} returned ${came === 'number' ? 'no finite number' : `a value of type ${came}`}; a number is expected`,
    )
  }
}
