import * as v from 'valibot'
import { closestName, didYouMean, resemblesOne } from './closest-name.ts'
import type { OptionProblem } from './option-problem.ts'
import { childPath } from './option-problem.ts'
import { warnOfOptions } from './option-warning.ts'
import type { OptionSchema } from './option-schema.ts'
import { alternativesOf, detailsOf, entriesOf, MOST_ITEMS, unwrapped } from './option-schema.ts'
import { settledObject } from './settled-object.ts'
import { shownName, shownValue } from './shown-value.ts'
import { fieldOf, isObject, isRecord, itemsOf, keysOf } from './untrusted-object.ts'

/** Options as they may be used: whatever was wrong is not in them. */
export interface ReadOptions<T> {
  readonly options: T
  readonly problems: readonly OptionProblem[]
}

/** How options are read. */
export interface ReadingContext {
  /** Path of what is read, e.g. `pg`. Default: the top. */
  readonly path?: string
  /** Stands before every path, e.g. `homeostat.yaml: `. Default: nothing, for options in code. */
  readonly source?: string
}

/** Most mistakes that are reported of one value; the rest is counted. */
const MOST_PROBLEMS = 100

const SMALLER = `an object of at most ${MOST_ITEMS} fields`

/** Stands for a value that is not used. */
const NOTHING = Symbol('nothing')

/**
 * Reads options that came from outside: code, a file, anything. It never throws, whatever is given; getters, proxies and
 * cycles included. A mistake is left out and reported with its path, and everything else is used. The result is a copy of
 * the groups and lists; live objects (functions, clients, actions) are the ones that were given, or stand for them where
 * their fields could change after the check.
 */
export function readOptions<T extends object>(
  schema: OptionSchema<T>,
  given: unknown,
  { path = '', source = '' }: ReadingContext = {},
): ReadOptions<T> {
  const reading = new Reading(source)
  const options = given === undefined ? NOTHING : reading.value(schema, given, path)
  return { options: (options === NOTHING ? {} : options) as T, problems: reading.problems }
}

/** Options as they may be used; each mistake is one warning. For whoever is called directly by the application, at its start. */
export function checkedOptions<T extends object>(schema: OptionSchema<T>, given: unknown, path: string): T {
  const { options, problems } = readOptions(schema, given, { path })
  warnOfOptions(problems)
  return options
}

/** Reads one value that is taken as a whole or not at all: undefined when anything is wrong with it. */
export function readWhole<T>(
  schema: OptionSchema<T>,
  given: unknown,
  { path = '', source = '' }: ReadingContext = {},
): { readonly value: T | undefined; readonly problems: readonly OptionProblem[] } {
  const reading = new Reading(source)
  const value = reading.value(schema, given, path)
  return { value: value === NOTHING ? undefined : (value as T), problems: reading.problems }
}

class Reading {
  readonly problems: OptionProblem[] = []
  readonly #source: string
  #count = 0
  /** What a warning says of a value that is left out as a whole because of a mistake in it. */
  #outcome: string | undefined

  constructor(source: string) {
    this.#source = source
  }

  value(schema: OptionSchema, given: unknown, path: string): unknown {
    const options = alternativesOf(schema)
    if (options) return this.#either(schema, options, given, path)
    const { isWhole = false } = detailsOf(schema)
    if (isWhole) return this.#whole(schema, given, path)
    switch (unwrapped(schema).type) {
      case 'strict_object':
        return this.#group(schema, given, path)
      case 'array':
        return this.#list(schema, given, path)
      case 'record':
        return this.#record(schema, given, path)
      default:
        return this.#leaf(schema, given, path)
    }
  }

  #leaf(schema: OptionSchema, given: unknown, path: string): unknown {
    const parsed = parse(schema, given)
    if (parsed?.success) return given
    const issue = parsed?.issues[0]
    // A check of ours over a value of the right type; it has its own words.
    if (issue?.type === 'check') return this.#refused(schema, path, issue.message)
    const { isSecret = false } = detailsOf(schema)
    const words = wordsOf(schema)
    const meant = typeof given === 'string' && words.length > 0 ? closestName(given, words) : undefined
    const shown = isSecret ? 'not valid' : shownValue(given, text => resemblesOne(text, words))
    return this.#wrong(schema, path, shown, meant)
  }

  #either(schema: OptionSchema, options: readonly OptionSchema[], given: unknown, path: string): unknown {
    if (isObject(given)) {
      const form = closestForm(options, given)
      const fitting = options.find(option => entriesOf(option) === undefined && isValid(option, given))
      if (fitting) return this.value(fitting, given, path)
      if (form) return this.value(form, given, path)
    } else {
      const fitting = options.find(option => isValid(option, given))
      if (fitting) return given
    }
    return this.#leaf(schema, given, path)
  }

  #group(schema: OptionSchema, given: unknown, path: string): unknown {
    if (!isRecord(given)) return this.#wrong(schema, path, shownValue(given))
    const entries = entriesOf(schema) ?? {}
    const names = keysOf(given, MOST_ITEMS)
    if (names === undefined) return this.#wrong(schema, path, 'an object that cannot be read')
    for (const name of names) if (!Object.hasOwn(entries, name)) this.#unknown(path, name, Object.keys(entries))
    const read: Record<string, unknown> = {}
    for (const [name, entry] of Object.entries(entries)) {
      const value = this.#field(entry, given, name, path)
      if (value !== NOTHING && value !== undefined) read[name] = value
    }
    return read
  }

  #list(schema: OptionSchema, given: unknown, path: string): unknown {
    const items = itemsOf(given, MOST_ITEMS)
    if (items === undefined) return this.#wrong(schema, path, shownValue(given))
    if (items.length > MOST_ITEMS)
      return this.#wrong(schema, path, `a list of ${items.length}`, undefined, `a list of at most ${MOST_ITEMS}`)
    const { item } = unwrapped(schema) as unknown as { item: OptionSchema }
    const read = items.map((value, index) => this.value(item, value, childPath(path, index)))
    return read.filter(value => value !== NOTHING)
  }

  #record(schema: OptionSchema, given: unknown, path: string): unknown {
    const names = isRecord(given) ? keysOf(given, MOST_ITEMS) : undefined
    if (names === undefined) return this.#wrong(schema, path, shownValue(given))
    if (names.length > MOST_ITEMS)
      return this.#wrong(schema, path, `an object of more than ${MOST_ITEMS} fields`, undefined, SMALLER)
    const { value: type } = unwrapped(schema) as unknown as { value: OptionSchema }
    const read: [string, unknown][] = []
    for (const name of names) {
      const value = this.#field(type, given as object, name, path)
      if (value !== NOTHING && value !== undefined) read.push([name, value])
    }
    return Object.fromEntries(read)
  }

  #whole(schema: OptionSchema, given: unknown, path: string): unknown {
    // Most are right, and then there is nothing to find out.
    const parsed = parse(schema, given)
    // A live object is itself: its methods need their `this`. Anything else is copied, so that it stays what was checked.
    if (parsed?.success) {
      const output = parsed.output as Record<string, unknown>
      return detailsOf(schema).isCodeOnly && isObject(given) ? this.#settled(schema, given, output) : output
    }
    const outer = this.#outcome
    this.#outcome ??= `${path === '' ? 'it' : path} is left out`
    this.#findProblems(schema, given, path)
    this.#outcome = outer
    return NOTHING
  }

  #settled(schema: OptionSchema, given: object, output: Record<string, unknown>): object {
    const names = Object.keys(entriesOf(schema) ?? {}).filter(name => output[name] !== undefined)
    return settledObject(given, Object.fromEntries(names.map(name => [name, output[name]])))
  }

  /** Reports what is wrong in a value that is not valid. */
  #findProblems(schema: OptionSchema, given: unknown, path: string): void {
    const before = this.#count
    const entries = entriesOf(schema) ?? {}
    const names = isRecord(given) ? keysOf(given, MOST_ITEMS) : undefined
    if (names === undefined) {
      this.#wrong(schema, path, shownValue(given))
      return
    }
    const isOpen = unwrapped(schema).type === 'loose_object'
    const unknown = names.filter(name => !Object.hasOwn(entries, name))
    if (!isOpen) for (const name of unknown) this.#unknown(path, name, Object.keys(entries))
    for (const [name, entry] of Object.entries(entries)) {
      const value = this.#field(entry, given as object, name, path)
      if (value !== undefined || entry.type === 'optional') continue
      const near = isOpen ? unknown.find(other => closestName(other, [name]) !== undefined) : undefined
      const hint = near === undefined ? '' : `; is ${shownName(near)} meant to be it?`
      const { expected } = detailsOf(entry)
      this.#report(childPath(path, name), `is missing, but must be ${expected}; ${this.#outcome}${hint}`)
    }
    if (this.#count > before) return
    const reason = parse(schema, given)?.issues?.[0].message ?? 'is not valid'
    this.#report(path, `${reason}; ${this.#outcome}`)
  }

  #field(schema: OptionSchema, of: object, name: string, path: string): unknown {
    const at = childPath(path, shownName(name))
    let value: unknown
    try {
      value = (of as Record<string, unknown>)[name]
    } catch {
      return this.#wrong(schema, at, 'a getter that throws')
    }
    return value === undefined ? undefined : this.value(schema, value, at)
  }

  #unknown(path: string, name: string, known: readonly string[]): void {
    // A hint is dear, and nobody would read it.
    const hint = this.#count < MOST_PROBLEMS ? didYouMean(name, known) : ''
    const where = path === '' ? 'an option' : `an option of ${path}`
    this.#report(
      childPath(path, shownName(name)),
      `is not ${where}${this.#outcome ? `; ${this.#outcome}` : ' and is ignored'}${hint}`,
    )
  }

  #wrong(schema: OptionSchema, path: string, came: string, meant?: string, limit?: string): typeof NOTHING {
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    return this.#refused(schema, path, `is ${came}, but must be ${limit ?? detailsOf(schema).expected}`, hint)
  }

  #refused(schema: OptionSchema, path: string, why: string, hint = ''): typeof NOTHING {
    const { whenWrong, defaultWords, default: usual } = detailsOf(schema)
    const used = usual === undefined ? defaultWords : shownDefault(usual)
    const rest = this.#outcome ?? whenWrong ?? (used === undefined ? 'it is ignored' : `${used} is used`)
    this.#report(path, `${why}; ${rest}${hint}`)
    return NOTHING
  }

  #report(path: string, what: string): void {
    this.#count++
    const where = path === '' ? 'options' : path
    if (this.#count < MOST_PROBLEMS) this.problems.push({ path, message: `${this.#source}${where} ${what}` })
    else if (this.#count === MOST_PROBLEMS)
      this.problems.push({ path, message: `${this.#source}${where} ${what}; further mistakes are not listed` })
  }
}

/** A default as code would write it. */
export function shownDefault(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parse(schema: OptionSchema, given: unknown): v.SafeParseResult<OptionSchema> | undefined {
  try {
    return v.safeParse(schema, given, { abortEarly: true })
  } catch {
    // A getter or a proxy of the value.
    return undefined
  }
}

function isValid(schema: OptionSchema, given: unknown): boolean {
  return parse(schema, given)?.success === true
}

/** The alternative that most of the object's fields belong to, by its first field where none does. */
function closestForm(options: readonly OptionSchema[], given: object): OptionSchema | undefined {
  const names = keysOf(given, MOST_ITEMS) ?? []
  const own = (option: OptionSchema): number => {
    const entries = entriesOf(option) ?? {}
    // The field that tells forms apart, `kind` for example, counts most.
    const tells = Object.entries(entries).filter(
      ([name, entry]) => 'literal' in entry && isValid(entry, fieldOf(given, name)),
    )
    return names.filter(name => Object.hasOwn(entries, name)).length + tells.length * MOST_PROBLEMS
  }
  const forms = options.filter(option => entriesOf(option) !== undefined)
  return forms.toSorted((a, b) => own(b) - own(a))[0]
}

function wordsOf(schema: OptionSchema): readonly string[] {
  const alternatives = alternativesOf(schema)
  if (alternatives) return alternatives.flatMap(wordsOf)
  const plain = unwrapped(schema)
  if ('options' in plain) return plain.options as string[]
  return 'literal' in plain ? [String(plain.literal)] : []
}
