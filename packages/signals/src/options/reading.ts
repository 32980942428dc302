import { closestName, hintAt, resemblesOne } from './closest-name.ts'
import { closestForm, formOf, hasLongList, isValid, parse, problemIn, withoutLists, wordsOf } from './option-forms.ts'
import type { OptionProblem } from './option-problem.ts'
import { childPath } from './option-problem.ts'
import type { ObjectSchema, OptionSchema } from './option-schema.ts'
import { detailsOf, itemOf, MOST_ITEMS } from './option-schema.ts'
import { settledObject } from './settled-object.ts'
import { shownName, shownValue } from './shown-value.ts'
import { atOnce, type Steps } from '../time/steps.ts'
import { isObject, isRecord, itemsOf, keysOf } from './untrusted-object.ts'

/** Most mistakes that are reported of one value; the rest is counted. */
const MOST_PROBLEMS = 100

const SMALLER = `an object of at most ${MOST_ITEMS} fields`

/** Stands for a value that is not used. */
export const NOTHING: unique symbol = Symbol('nothing')

/** Reads values that came from outside by their schemas, and collects what is wrong with them. */
export class Reading {
  readonly problems: OptionProblem[] = []
  /** The values at the paths that are left to the caller. */
  readonly apart: Map<string, unknown> = new Map<string, unknown>()
  readonly #source: string
  readonly #apart: ReadonlySet<string>
  readonly #isOfFile: boolean
  #count = 0
  /** The end of a warning about a mistake in a value that is then left out as a whole. */
  #outcome: string | undefined

  /**
   * @param apart - paths that the caller reads by itself
   * @param isOfFile - whether short texts are shown, and what is used instead of a wrong value is not
   */
  constructor(source: string, apart: Iterable<string> = [], isOfFile = false) {
    this.#source = source
    this.#isOfFile = isOfFile
    this.#apart = new Set(apart)
  }

  /** The same as {@link value} in steps: lists are read item by item, those in items of lists as well. */
  *valueInSteps(schema: OptionSchema, given: unknown, path: string): Steps<unknown> {
    const form = formOf(schema, given)
    if (form.type === 'list') return yield* this.#list(form, given, path)
    if (form.type === 'object' && isObject(given) && hasLongList(form, given))
      return yield* this.#longWhole(form, given, path)
    yield
    return this.value(schema, given, path)
  }

  value(schema: OptionSchema, given: unknown, path: string): unknown {
    switch (schema.type) {
      case 'either':
        return this.#either(schema, schema.alternatives, given, path)
      case 'object':
        return detailsOf(schema).isWhole ? this.#whole(schema, given, path) : this.#group(schema, given, path)
      case 'list':
        return atOnce(this.#list(schema, given, path))
      case 'record':
        return this.#record(schema, given, path)
      case 'number':
      case 'integer':
      case 'string':
      case 'boolean':
      case 'words':
      case 'literal':
      case 'accepted':
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
    const shown = isSecret ? 'not valid' : shownValue(given, text => this.#isOfFile || resemblesOne(text, words))
    return this.#wrong(schema, path, shown, meant)
  }

  #either(schema: OptionSchema, options: readonly OptionSchema[], given: unknown, path: string): unknown {
    if (isObject(given)) {
      const form = closestForm(options, given)
      const fitting = options.find(option => option.type !== 'object' && isValid(option, given))
      const read = fitting ?? form
      if (read) return this.#meeting(schema, this.value(read, given, path), path)
    } else {
      const fitting = options.find(option => isValid(option, given))
      if (fitting) return given
    }
    return this.#leaf(schema, given, path)
  }

  #group(schema: ObjectSchema, given: unknown, path: string): unknown {
    if (!isRecord(given)) return this.#wrong(schema, path, shownValue(given))
    const { entries } = schema
    const names = keysOf(given, MOST_ITEMS)
    if (names === undefined) return this.#wrong(schema, path, 'an object that cannot be read')
    for (const name of names) if (!Object.hasOwn(entries, name)) this.#unknown(path, name, Object.keys(entries))
    const read: Record<string, unknown> = {}
    for (const [name, entry] of Object.entries(entries)) {
      const value = this.#field(entry, given, name, path)
      if (value !== NOTHING && value !== undefined) read[name] = value
    }
    return this.#meeting(schema, read, path)
  }

  *#list(schema: OptionSchema, given: unknown, path: string): Steps<unknown> {
    const items = itemsOf(given, MOST_ITEMS)
    if (items === undefined) return this.#wrong(schema, path, shownValue(given))
    if (items.length > MOST_ITEMS)
      return this.#wrong(schema, path, `a list of ${items.length}`, undefined, `a list of at most ${MOST_ITEMS}`)
    const read: unknown[] = []
    for (const [index, each] of items.entries()) {
      const value = yield* this.valueInSteps(itemOf(schema), each, childPath(path, index))
      if (value !== NOTHING) read.push(value)
    }
    return this.#meeting(schema, read, path)
  }

  #record(schema: Extract<OptionSchema, { readonly type: 'record' }>, given: unknown, path: string): unknown {
    const names = isRecord(given) ? keysOf(given, MOST_ITEMS) : undefined
    if (names === undefined) return this.#wrong(schema, path, shownValue(given))
    if (names.length > MOST_ITEMS)
      return this.#wrong(schema, path, `an object of more than ${MOST_ITEMS} fields`, undefined, SMALLER)
    const read: [string, unknown][] = []
    for (const name of names) {
      const problem = schema.problemOfName?.(name)
      if (problem !== undefined) {
        this.#report(childPath(path, shownName(name)), `${problem}; it is ignored`)
        continue
      }
      const value = this.#field(itemOf(schema), given as object, name, path)
      if (value !== NOTHING && value !== undefined) read.push([name, value])
    }
    return this.#meeting(schema, Object.fromEntries(read), path)
  }

  /** A value whose parts were read one by one, if it meets the conditions over the whole of it. */
  #meeting(schema: OptionSchema, read: unknown, path: string): unknown {
    const problem = read === NOTHING ? undefined : problemIn(schema, read)
    return problem === undefined ? read : this.#refused(schema, path, problem)
  }

  #whole(schema: ObjectSchema, given: unknown, path: string): unknown {
    // Most are right, and then there is nothing to find out.
    const parsed = parse(schema, given)
    // A live object is itself: its methods need their `this`. Anything else is copied, so that it stays what was checked.
    if (parsed?.success) {
      const output = parsed.output as Record<string, unknown>
      return detailsOf(schema).isCodeOnly && isObject(given) ? this.#settled(schema, given, output) : output
    }
    // A getter may have answered otherwise this time.
    if (atOnce(this.#longWhole(schema, given, path)) !== NOTHING)
      this.#report(path, `is not valid; ${this.#outcome ?? 'it is left out'}`)
    return NOTHING
  }

  /** A value that is taken as a whole, field by field: as it was read, or nothing when anything is wrong with it. */
  *#longWhole(schema: ObjectSchema, given: unknown, path: string): Steps<unknown> {
    const outer = this.#outcome
    this.#outcome ??= `${path === '' ? 'it' : path} is left out`
    const read = yield* this.#fields(schema, given, path)
    this.#outcome = outer
    return read
  }

  #settled(schema: ObjectSchema, given: object, output: Record<string, unknown>): object {
    const names = Object.keys(schema.entries).filter(name => output[name] !== undefined)
    return settledObject(given, Object.fromEntries(names.map(name => [name, output[name]])))
  }

  *#fields(schema: ObjectSchema, given: unknown, path: string): Steps<unknown> {
    const before = this.#count
    const { entries, isOpen, required } = schema
    const names = isRecord(given) ? keysOf(given, MOST_ITEMS) : undefined
    if (names === undefined) return this.#wrong(schema, path, shownValue(given))
    const unknown = names.filter(name => !Object.hasOwn(entries, name))
    if (!isOpen) for (const name of unknown) this.#unknown(path, name, Object.keys(entries))
    const read: Record<string, unknown> = {}
    for (const [name, entry] of Object.entries(entries)) {
      const value = yield* this.#fieldInSteps(entry, given as object, name, path)
      if (value !== undefined) read[name] = value
      if (value !== undefined || !required.includes(name)) continue
      const near = isOpen ? unknown.find(other => closestName(other, [name]) !== undefined) : undefined
      const hint = near === undefined ? '' : `; was ${shownName(near)} meant?`
      const { expected } = detailsOf(entry)
      this.#report(childPath(path, name), `is missing, but must be ${expected}; ${this.#outcome}${hint}`)
    }
    if (this.#count > before) return NOTHING
    // Conditions over several fields. The items of lists have been checked, and take long.
    const parsed = parse(schema, hasLongList(schema, read) ? withoutLists(read) : given)
    if (parsed?.success) return read
    this.#report(path, `${parsed?.issues[0].message ?? 'is not valid'}; ${this.#outcome}`)
    return NOTHING
  }

  #field(schema: OptionSchema, of: object, name: string, path: string): unknown {
    return atOnce(this.#fieldInSteps(schema, of, name, path))
  }

  *#fieldInSteps(schema: OptionSchema, of: object, name: string, path: string): Steps<unknown> {
    const at = childPath(path, shownName(name))
    let value: unknown
    try {
      value = (of as Record<string, unknown>)[name]
    } catch {
      return this.#wrong(schema, at, 'a getter that throws')
    }
    if (value === undefined) return undefined
    if (!this.#apart.has(at)) return yield* this.valueInSteps(schema, value, at)
    this.apart.set(at, value)
    return undefined
  }

  #unknown(path: string, name: string, known: readonly string[]): void {
    // A hint is dear, and nobody would read it.
    const meant = this.#count < MOST_PROBLEMS ? closestName(name, known) : undefined
    const where = path === '' ? 'an option' : `an option of ${path}`
    this.#report(
      childPath(path, shownName(name)),
      `is not ${where}${this.#outcome ? `; ${this.#outcome}` : ' and is ignored'}${hintAt(meant)}`,
      meant === undefined ? {} : { meant: childPath(path, meant) },
    )
  }

  #wrong(schema: OptionSchema, path: string, came: string, meant?: string, limit?: string): typeof NOTHING {
    return this.#refused(schema, path, `is ${came}, but must be ${limit ?? detailsOf(schema).expected}`, hintAt(meant))
  }

  #refused(schema: OptionSchema, path: string, why: string, hint = ''): typeof NOTHING {
    const { whenWrong, defaultWords, default: usual } = detailsOf(schema)
    const used = usual === undefined ? defaultWords : shownDefault(usual)
    const rest = this.#outcome ?? whenWrong ?? (used === undefined ? 'it is ignored' : `${used} is used`)
    this.#report(path, this.#isOfFile ? `${why}${hint}` : `${why}; ${rest}${hint}`)
    return NOTHING
  }

  #report(path: string, what: string, rest: { readonly meant?: string } = {}): void {
    this.#count++
    const where = path === '' ? 'options' : path
    if (this.#count < MOST_PROBLEMS) this.problems.push({ path, message: `${this.#source}${where} ${what}`, ...rest })
    else if (this.#count === MOST_PROBLEMS)
      this.problems.push({ path, message: `${this.#source}${where} ${what}; further mistakes are not listed` })
  }
}

/** A default as code would write it. */
export function shownDefault(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
