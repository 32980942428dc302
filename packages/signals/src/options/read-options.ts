import type { OptionProblem } from './option-problem.ts'
import { warnOfOptions } from './option-warning.ts'
import type { OptionSchema } from './option-schema.ts'
import { NOTHING, Reading } from './reading.ts'
import type { Steps } from '../time/steps.ts'

/** Options as they may be used, without the wrong ones. */
export interface ReadOptions<T> {
  readonly options: T
  readonly problems: readonly OptionProblem[]
  /** The values at the paths of {@link ReadingContext.apart}. */
  readonly apart: ReadonlyMap<string, unknown>
}

/** How options are read. */
export interface ReadingContext {
  /** Path of the value, e.g. `pg`. Default: the top. */
  readonly path?: string
  /** Stands before every path, e.g. `homeostat.yaml: `. Default: nothing, for options in code. */
  readonly source?: string
  /** Paths that are not read, for the caller to read them in steps; they are not in the result. Default: none. */
  readonly apart?: readonly string[]
}

/**
 * Reads options that came from outside: code, a file, anything. It never throws, not even for getters, proxies and
 * cycles. A mistake is left out and reported with its path, and everything else is used. The result is a copy of
 * the groups and lists; live objects (functions, clients, actions) are the ones that were given, or stand for them where
 * their fields could change after the check.
 */
export function readOptions<T extends object>(
  schema: OptionSchema<T>,
  given: unknown,
  { path = '', source = '', apart = [] }: ReadingContext = {},
): ReadOptions<T> {
  const reading = new Reading(source, apart)
  const options = given === undefined ? NOTHING : reading.value(schema, given, path)
  return { options: (options === NOTHING ? {} : options) as T, problems: reading.problems, apart: reading.apart }
}

/** Options as they may be used; each mistake is one warning. For functions that the application calls directly, at its start. */
export function checkedOptions<T extends object>(schema: OptionSchema<T>, given: unknown, path: string): T {
  const { options, problems } = readOptions(schema, given, { path })
  warnOfOptions(problems)
  return options
}

/** A value that was read: undefined when it may not be used. */
export interface ReadValue<T> {
  readonly value: T | undefined
  readonly problems: readonly OptionProblem[]
}

/** Reads one value that is taken as a whole or not at all: undefined when anything is wrong with it. */
export function readWhole<T>(
  schema: OptionSchema<T>,
  given: unknown,
  { path = '', source = '' }: ReadingContext = {},
): ReadValue<T> {
  const reading = new Reading(source)
  const value = reading.value(schema, given, path)
  return { value: value === NOTHING ? undefined : (value as T), problems: reading.problems }
}

/**
 * Reads the value of one field of a file: undefined when it is not valid. A file is refused as a whole and the line is named, so a
 * problem says nothing of defaults, and shows short texts that are no known word.
 */
export function readField<T>(schema: OptionSchema<T>, given: unknown, field: string): ReadValue<T> {
  const reading = new Reading('', [], true)
  const value = reading.value(schema, given, field)
  return { value: value === NOTHING ? undefined : (value as T), problems: reading.problems }
}

/** Reads a long list in steps, an item each, with the outcome and the problems of {@link readOptions}. It never throws. */
export function* readInSteps<T>(
  schema: OptionSchema<T>,
  given: unknown,
  { path = '', source = '' }: ReadingContext = {},
): Steps<ReadValue<T>> {
  const reading = new Reading(source)
  const value = yield* reading.valueInSteps(schema, given, path)
  return { value: value === NOTHING ? undefined : (value as T), problems: reading.problems }
}
