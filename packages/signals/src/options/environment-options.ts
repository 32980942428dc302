import { closestName, hintAt } from './closest-name.ts'
import { listOptions } from './option-list.ts'
import type { OptionProblem } from './option-problem.ts'
import type { OptionSchema } from './option-schema.ts'
import { alternativesOf, expecting, itemOf } from './option-schema.ts'
import type { ReadOptions } from './read-options.ts'
import { readOptions } from './read-options.ts'
import { shownName, shownValue } from './shown-value.ts'
import { keysOf } from './untrusted-object.ts'

/** Environment variables by name, e.g. `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'HOMEOSTAT_'

/** Stands for a variable whose getter throws. */
const UNREADABLE = Symbol('unreadable')

/** Variables that are checked; an operating system allows fewer. */
const MOST_VARIABLES = 100_000

/** Variables that are reported as unknown; the rest is ignored without a warning. */
const MOST_UNKNOWN = 100

/**
 * Reads the options that environment variables set: each number, text, flag and word of a schema, and lists and records of them
 * (`a,b` and `a=1,b=2`, as in the variables of OpenTelemetry). An empty variable counts as not set, as everywhere in
 * OpenTelemetry. Never throws.
 *
 * @param otherNames - variables that are read elsewhere; any other one with the prefix `HOMEOSTAT_` is reported
 */
export function readEnvironment<T extends object>(
  schema: OptionSchema<T>,
  environment: Environment,
  otherNames: readonly string[] = [],
): Omit<ReadOptions<T>, 'apart'> {
  const problems: OptionProblem[] = []
  const options: Record<string, unknown> = {}
  const known = new Set(otherNames)
  for (const { keys, variable, schema: option } of listOptions(schema)) {
    if (variable === undefined) continue
    known.add(variable)
    const text = valueOf(environment, variable)
    if (typeof text !== 'string') {
      if (text !== undefined) problems.push(noText(variable, text))
      continue
    }
    if (text === '') continue
    const isRecord = option.type === 'record'
    const expected = isRecord ? expecting(option, 'pairs like name=value,other=value, each name once') : option
    const read = readOptions(expected as OptionSchema<object>, valueFor(option, text), { path: variable })
    // A mistake in one part is reported under the name of the variable: callers look problems up by that name.
    problems.push(...read.problems.map(problem => ({ ...problem, path: variable })))
    const isOfParts = Array.isArray(read.options) || isRecord
    if (read.problems.length === 0 || isOfParts) place(options, keys, read.options)
  }
  for (const name of otherNames) {
    const text = valueOf(environment, name)
    if (text !== undefined && typeof text !== 'string') problems.push(noText(name, text))
  }
  let unknown = 0
  const names = keysOf(environment, MOST_VARIABLES)
  if (names === undefined)
    problems.push({ path: 'environment', message: 'environment cannot be read; its variables are ignored' })
  for (const name of names ?? []) {
    if (!name.startsWith(PREFIX) || known.has(name)) continue
    if (++unknown > MOST_UNKNOWN) break
    const meant = closestName(name, known)
    problems.push({
      path: name,
      message: `${isPlainName(name) ? name : shownName(name)} is not a variable that Homeostat knows and is ignored${hintAt(meant)}`,
      ...(meant !== undefined && { meant }),
    })
  }
  return { options: options as T, problems }
}

/**
 * Options of several sources, the strongest first. Each option is taken from the first source that has it; groups are
 * merged, everything else is taken as it is.
 */
export function mergeOptions<T extends object>(...sources: readonly T[]): T {
  const merged: Record<string, unknown> = {}
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) {
      const stronger = merged[name]
      if (stronger === undefined) merged[name] = value
      // `true` is on with the defaults, or with what a weaker source says.
      else if (isPlain(value) && stronger === true) merged[name] = value
      else if (isPlain(stronger) && isPlain(value)) merged[name] = mergeOptions(stronger, value)
    }
  }
  return merged as T
}

/**
 * Converts a text to the type of an option: `a,b` is a list and `a=1,b=2` a record, as in the variables of OpenTelemetry. A text
 * that does not fit is returned as it is, and the schema refuses it.
 */
function valueFor(schema: OptionSchema, text: string): unknown {
  const { type } = schema
  if (type === 'list') return partsOf(text).map(part => valueFor(itemOf(schema), part))
  if (type === 'record') return recordIn(text, part => valueFor(itemOf(schema), part)) ?? text
  return scalarFor(schema, text)
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** Returns undefined if a part has no name, or the name of another part: nobody knows which of the two is meant. */
function recordIn(text: string, read: (part: string) => unknown): Record<string, unknown> | undefined {
  const record = new Map<string, unknown>()
  for (const part of partsOf(text)) {
    const end = part.indexOf('=')
    const name = part.slice(0, Math.max(0, end)).trim()
    if (name === '' || record.has(name)) return undefined
    record.set(name, read(part.slice(end + 1).trim()))
  }
  return Object.fromEntries(record)
}

function scalarFor(schema: OptionSchema, text: string): unknown {
  const types = (alternativesOf(schema) ?? [schema]).map(option => option.type)
  const trimmed = text.trim()
  if (
    types.some(type => type === 'number' || type === 'integer') &&
    /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)
  )
    return Number(trimmed)
  const isFlag = types.includes('boolean')
  if (isFlag && /^(?:true|1|yes|on)$/i.test(trimmed)) return true
  if ((isFlag || types.includes('literal')) && /^(?:false|0|no|off)$/i.test(trimmed)) return false
  return types.includes('words') ? trimmed : text
}

function place(options: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  const [first, ...rest] = keys
  if (first === undefined) return
  if (rest.length === 0) {
    options[first] = value
    return
  }
  // Switched on as a whole: with these parts.
  const below = options[first] === true ? {} : (options[first] ?? {})
  // Switched off as a whole.
  if (!isPlain(below)) return
  options[first] = below
  place(below, rest, value)
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isPlainName(name: string): boolean {
  return /^[A-Z0-9_]{1,100}$/.test(name)
}

function valueOf(environment: Environment, name: string): unknown {
  try {
    return environment[name]
  } catch {
    return UNREADABLE
  }
}

function noText(name: string, value: unknown): OptionProblem {
  const what = value === UNREADABLE ? 'cannot be read' : `is ${shownValue(value)}, but must be a text`
  return { path: name, message: `${name} ${what}; it is ignored` }
}

/** The text of a variable; undefined if it is not set or cannot be read. Never throws. */
export function textIn(environment: Environment, name: string): string | undefined {
  const value = valueOf(environment, name)
  return typeof value === 'string' ? value : undefined
}
