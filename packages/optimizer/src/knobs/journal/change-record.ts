import { MAX_KNOB_NAME_CHARS } from '../../words/knob.ts'
import { RecordRefusedError } from '../errors.ts'

/** How to revert a change of a knob. It is kept before the change is made. */
export interface ChangeRecord {
  readonly knob: string
  /** The value before the first change. */
  readonly was: number
  /** The values that may be in force because of us: one value, or several while it is on the way from one to the next. */
  readonly set: readonly number[]
}

/** Whose value it is. `back`: what was there before, so nothing was set, or somebody reverted it already. */
export type Origin = 'ours' | 'back' | 'theirs'

/** The format of the records that this release writes and reads. A record without a version has this one. */
const VERSION = 1
/** We write two at most; a record that was merged with another one has a few more. */
const MAX_SET = 8

export function originOf(value: number, { was, set }: Omit<ChangeRecord, 'knob'>): Origin {
  if (set.includes(value)) return 'ours'
  return value === was ? 'back' : 'theirs'
}

/**
 * Reads what a file or a coordinator kept, whoever wrote it there. The result is a copy of the fields that count, with the
 * types that they must have.
 *
 * @returns `later` when a later release wrote it, which alone knows what it means; undefined when it is not a record
 */
export function parseChangeRecord(value: unknown): ChangeRecord | 'later' | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const version = own(value, 'version')
  if (version !== undefined && version !== VERSION) return typeof version === 'number' ? 'later' : undefined
  const [knob, was, set] = [own(value, 'knob'), own(value, 'was'), own(value, 'set')]
  if (typeof knob !== 'string' || knob.length > MAX_KNOB_NAME_CHARS || !isFinite(was)) return undefined
  if (!Array.isArray(set) || set.length === 0 || set.length > MAX_SET) return undefined
  const values = Array.from(set, each => each as unknown)
  return values.every(isFinite) ? { knob, was, set: values } : undefined
}

/** The record of one knob, as found in the place of that knob; or why it is refused. */
export function readRecord(value: unknown, knob: string): ChangeRecord | RecordRefusedError {
  const record = parseChangeRecord(value)
  if (record === 'later')
    return new RecordRefusedError(knob, 'a later release wrote it, and that release has to revert it', true)
  if (record === undefined) return new RecordRefusedError(knob, 'it is not a valid record')
  return record.knob === knob ? record : new RecordRefusedError(knob, 'it is about another knob')
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value)
}
