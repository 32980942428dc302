import type { Reason } from '../explanation/reason.ts'

/**
 * A table of names, values and reasons that is filled anew for every sample. A row is one call, so a feature is added in one
 * place, and its place in `values` follows from the order of the calls.
 *
 * A row is not an object with a function, because V8 does not inline a hundred functions that one loop calls, and boxes the
 * numbers that they return: a forecast took 2 µs longer and left 1.5 KB of garbage behind.
 */
export class Rows {
  readonly values: Float64Array
  at = 0

  constructor(size: number) {
    this.values = new Float64Array(size)
  }

  /** The reason is what an explanation calls the contribution; the trees have one for all they ask about. */
  row(_name: string, value: number, _reason?: Reason): void {
    this.values[this.at++] = value
  }
}

/** The names and reasons of the rows, without their values. */
export class Names extends Rows {
  readonly names: string[] = []
  readonly reasons: Reason[] = []

  override row(name: string, _value: number, reason: Reason = 'other series'): void {
    this.names.push(name)
    this.reasons.push(reason)
  }
}
