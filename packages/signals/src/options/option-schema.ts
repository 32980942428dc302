/** The type that a schema describes; no schema holds a value of it. */
declare const VALUE: unique symbol

/**
 * The schema of one option, as data: an application that gives few options pays for few checks. `checkOf` makes the check of
 * a schema when a value is first given.
 */
export type OptionSchema<T = unknown> = OptionForm & {
  readonly details: OptionDetails & { readonly isWhole?: boolean }
  /** Conditions over the whole value: a description of the problem, or undefined. */
  readonly conditions?: readonly ((value: never) => string | undefined)[]
  readonly [VALUE]?: T
}

/** The kind of an option's value, and its bounds. */
export type OptionForm =
  | ({ readonly type: 'number' | 'integer' } & Range)
  | ({ readonly type: 'string'; readonly isPath?: boolean } & Range)
  | { readonly type: 'boolean' }
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'literal'; readonly literal: string | boolean }
  | { readonly type: 'accepted'; readonly accepts: (value: unknown) => boolean }
  | { readonly type: 'list'; readonly item: OptionSchema }
  | {
      readonly type: 'record'
      readonly item: OptionSchema
      /** Why a name cannot be used, or undefined. */
      readonly problemOfName?: (name: string) => string | undefined
    }
  | {
      readonly type: 'object'
      readonly entries: Readonly<Record<string, OptionSchema>>
      /** Fields that must be there. */
      readonly required: readonly string[]
      /** Whether it may have other fields. */
      readonly isOpen: boolean
    }
  | { readonly type: 'either'; readonly alternatives: readonly OptionSchema[] }

/** Notes on an option beside its type. READMEs, the JSON Schema and warnings are generated from them. */
export interface OptionDetails {
  /** One clause without a full stop, for tables. */
  readonly description: string
  /** Describes a valid value, e.g. `a whole number from 1 to 10`. Ends the sentence "... must be". */
  readonly expected: string
  /** The value that is used when none is given. */
  readonly default?: unknown
  /** Words for a default that is not one value, e.g. `pollIntervalMs`. */
  readonly defaultWords?: string
  /** Describes the effect of a value that is not valid. Default: the default is used. */
  readonly whenWrong?: string
  readonly unit?: string
  /** Never shown, not even in part: an address may hold a password, a header a token. */
  readonly isSecret?: boolean
  /** Only code can give it: a function, a client. */
  readonly isCodeOnly?: boolean
  /** The environment variable, where it is not made of the option's path. */
  readonly variable?: string
}

/** The details of an option that its maker fills in. */
export type OptionNotes = Omit<OptionDetails, 'expected'> & { readonly expected?: string }

/** Options by name, one schema for each key of `T`: the compiler finds a key that is missing or has another type. */
export type OptionEntries<T> = { readonly [K in keyof T]-?: OptionSchema<Exclude<T[K], undefined>> }

/** The longest time that a timer of ours waits: a day. Node fires a timer of more than 2^31 - 1 ms at once. */
export const LONGEST_MS = 86_400_000

/** Most items of a list: checking is linear, and nobody writes more by hand. */
export const MOST_ITEMS = 10_000

/** Bounds of a number, or of the length of a text. */
interface Range {
  readonly least: number
  readonly most: number
}

/** A finite number within bounds. */
export function number({ least, most, ...notes }: Range & OptionNotes): OptionSchema<number> {
  const expected = `a number from ${least} to ${most}${notes.unit ? ` (${notes.unit})` : ''}`
  return { type: 'number', least, most, details: { expected, ...notes } }
}

/** A whole number within bounds. */
export function wholeNumber({ least, most, ...notes }: Range & OptionNotes): OptionSchema<number> {
  const expected = `a whole number from ${least} to ${most}${notes.unit ? ` (${notes.unit})` : ''}`
  return { type: 'integer', least, most, details: { expected, ...notes } }
}

/** A time in whole milliseconds, by default from 1 to a day. A timer that is given more, less or no number fires all the time. */
export function milliseconds({
  least = 1,
  most = LONGEST_MS,
  ...notes
}: Partial<Range> & OptionNotes): OptionSchema<number> {
  return wholeNumber({ least, most, unit: 'ms', ...notes })
}

/** An option that is true or false. */
export function flag(notes: OptionNotes): OptionSchema<boolean> {
  return { type: 'boolean', details: { expected: 'true or false', ...notes } }
}

/** A text of 1 to 4,096 characters. */
export function text(notes: OptionNotes): OptionSchema<string> {
  const expected = 'a text of 1 to 4096 characters'
  return { type: 'string', least: 1, most: 4096, details: { expected, ...notes } }
}

/** The path of a file or a folder. */
export function filePath(notes: OptionNotes): OptionSchema<string> {
  return { type: 'string', least: 1, most: 4096, isPath: true, details: { expected: 'a path', ...notes } }
}

/** Plain data, as JSON has it: it can be written down and read again. */
export function plainData<T>(notes: OptionNotes): OptionSchema<T> {
  return { type: 'accepted', accepts: isPlainData, details: { expected: 'plain data, as JSON has it', ...notes } }
}

/** A text, also an empty one. */
export function anyText(notes: OptionNotes): OptionSchema<string> {
  return { type: 'string', least: 0, most: 65_536, details: { expected: 'a text', ...notes } }
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[], notes: OptionNotes): OptionSchema<T> {
  return { type: 'words', words, details: { expected: alternatives(words), ...notes } }
}

/** A single value, e.g. `false`. */
export function exactly<const T extends string | boolean>(value: T, notes: OptionNotes): OptionSchema<T> {
  return { type: 'literal', literal: value, details: { expected: String(value), ...notes } }
}

/** A function. Its results are checked where it is called. */
export function callback<T>(notes: OptionNotes): OptionSchema<T> {
  return { type: 'accepted', accepts: isFunction, details: { expected: 'a function', ...notes, isCodeOnly: true } }
}

/** A live object that is used by its methods, a store or a client for example. */
export function objectWith<T>(methods: readonly (keyof T & (string | symbol))[], notes: OptionNotes): OptionSchema<T> {
  const hasMethods = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    methods.every(method => typeof (value as Record<PropertyKey, unknown>)[method] === 'function')
  const expected = `an object with the methods ${methods.map(method => (typeof method === 'symbol' ? `[${String(method.description)}]` : `${method}()`)).join(', ')}`
  return { type: 'accepted', accepts: hasMethods, details: { expected, ...notes, isCodeOnly: true } }
}

/** Any value: the code that uses it checks it. */
export function anything<T>(notes: OptionNotes): OptionSchema<T> {
  return { type: 'accepted', accepts: () => true, details: { expected: 'anything', ...notes } }
}

/** A list. An item that is not valid is left out, and the others are used. */
export function listOf<T>(item: OptionSchema<T>, notes: OptionNotes): OptionSchema<readonly T[]> {
  return { type: 'list', item, details: { expected: 'a list', ...notes } }
}

/**
 * Values of one type by names of the application's choice.
 *
 * @param problemOfName - why a name cannot be used; its value is then left out
 */
export function recordOf<T>(
  value: OptionSchema<T>,
  { problemOfName, ...notes }: OptionNotes & { readonly problemOfName?: (name: string) => string | undefined },
): OptionSchema<Readonly<Record<string, T>>> {
  return {
    type: 'record',
    item: value,
    ...(problemOfName && { problemOfName }),
    details: { expected: 'an object', ...notes },
  }
}

/** Options below an option; each may be left out. */
export function group<T extends object>(entries: OptionEntries<T>, notes: OptionNotes): OptionSchema<T> {
  return objectOf({}, entries, { expected: 'an object of options', ...notes })
}

/**
 * A value with fields that must be there and fields that may be. It is taken as a whole or not at all: half a response, without
 * its guards for example, would be another one.
 *
 * @param isOpen - whether it may have other fields: an instance of a class of the application's
 */
export function whole<T extends object>(
  required: Partial<OptionEntries<T>>,
  optional: Partial<OptionEntries<T>>,
  { isOpen = false, ...notes }: OptionNotes & { readonly isOpen?: boolean },
): OptionSchema<T> {
  const details = { expected: 'an object', ...notes, isWhole: true, ...(isOpen && { isCodeOnly: true }) }
  return objectOf(required, optional, details, isOpen)
}

/** Either of several; the one that fits the form of the value is the one whose mistakes are reported. */
export function either<const T extends readonly OptionSchema[]>(
  options: T,
  notes: OptionNotes,
): OptionSchema<ValueOf<T[number]>> {
  const expected = [...new Set(options.map(({ details }) => details.expected))].join(', or ')
  return { type: 'either', alternatives: options, details: { expected, ...notes } }
}

/** The same option with other words for a valid value. */
export function expecting<T>(schema: OptionSchema<T>, expected: string): OptionSchema<T> {
  return { ...schema, details: { ...schema.details, expected } }
}

/** A condition that several fields have to meet together. */
export function withCheck<T>(schema: OptionSchema<T>, problemOf: (value: T) => string | undefined): OptionSchema<T> {
  return { ...schema, conditions: [...(schema.conditions ?? []), problemOf] }
}

/** A group with further options beside its own. */
export function extended<T extends object, More extends object>(
  schema: OptionSchema<T>,
  more: OptionEntries<More>,
  notes: OptionNotes,
): OptionSchema<T & More> {
  return group({ ...entriesOf(schema), ...more } as OptionEntries<T & More>, notes)
}

/** The details that a schema was made with. */
export function detailsOf(schema: OptionSchema): OptionSchema['details'] {
  return schema.details
}

/** The options below a group, by name; undefined for anything else. */
export function entriesOf(schema: OptionSchema): Readonly<Record<string, OptionSchema>> | undefined {
  return schema.type === 'object' ? schema.entries : undefined
}

/** The alternatives of {@link either}; undefined for anything else. */
export function alternativesOf(schema: OptionSchema): readonly OptionSchema[] | undefined {
  return schema.type === 'either' ? schema.alternatives : undefined
}

/** The schema of the items of a list or a record; any other schema is returned as it is. */
export function itemOf(schema: OptionSchema): OptionSchema {
  return schema.type === 'list' || schema.type === 'record' ? schema.item : schema
}

/** The schema of an object: a group of options, or a value that is taken as a whole. */
export type ObjectSchema = Extract<OptionSchema, { readonly type: 'object' }>

type ValueOf<S> = S extends OptionSchema<infer T> ? T : never

function objectOf<T extends object>(
  required: Partial<OptionEntries<T>>,
  optional: Partial<OptionEntries<T>>,
  details: OptionSchema['details'],
  isOpen = false,
): OptionSchema<T> {
  const entries = { ...required, ...optional } as Readonly<Record<string, OptionSchema>>
  return { type: 'object', entries, required: Object.keys(required), isOpen, details }
}

const MOST_DATA = 65_536

function isPlainData(value: unknown): boolean {
  try {
    return (JSON.stringify(value) ?? '').length <= MOST_DATA
  } catch {
    // A cycle, a bigint, or a method of the value that throws.
    return false
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function alternatives(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : (words[0] ?? '')
}
