import type { Grammar } from '../../grammar.ts'
import { isDeniedFunction } from './denied-functions.ts'
import { AMBIENT, FUNCTIONS, OPERATORS, RELATIONS, ROW_FUNCTIONS, TYPES } from './catalog-statements.ts'
import { namesIn, type StatementNames } from './statement-names.ts'

/** Why a statement that reads stays on the primary, by what the catalog says of its names. */
export type CatalogRefusal =
  /** A table that is temporary, unlogged, foreign, with row security, or unknown; or a view that leads to one. */
  | 'relation'
  /** A function, operator or cast that is volatile or unknown, or calls such a one. */
  | 'function'
  /** A type that is unknown, or whose input runs checks of somebody. */
  | 'type'
  /** Something in the database runs volatile code without a trace in the statement. */
  | 'ambient'
  /** The catalog was forgotten while it was asked: ask again. */
  | 'changed'

/** Runs one of the catalog's statements on the primary. */
export type CatalogQuery = (text: string, values: readonly unknown[]) => Promise<readonly CatalogRow[]>

/** A row of one of the catalog's statements. */
export type CatalogRow = Readonly<Record<string, unknown>>

type Kind = keyof typeof STATEMENTS

const STATEMENTS = {
  relations: RELATIONS,
  functions: FUNCTIONS,
  operators: OPERATORS,
  types: TYPES,
  columns: ROW_FUNCTIONS,
} as const
const KINDS = Object.keys(STATEMENTS) as readonly Kind[]

/** Views of views, functions that call functions. */
const MAX_ROUNDS = 20
const MAX_NAMES = 20_000
/** Words in a body that are no calls although they begin like denied functions. */
const HARMLESS_WORDS = new Set(['pg_catalog', 'current_date', 'current_time', 'current_timestamp'])
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/gu

/** What the catalog says of the names that statements have referred to. It asks for each name once, until it is refreshed. */
export class Catalog {
  readonly #grammar: Grammar
  readonly #query: CatalogQuery
  #entries = emptyEntries()
  /** Views by their definition. */
  #views = new Map<string, StatementNames | undefined>()
  #isPlain: boolean | undefined
  /** Counts the refreshes: what was asked before one must not be stored behind it. */
  #generation = 0

  constructor(grammar: Grammar, query: CatalogQuery) {
    this.#grammar = grammar
    this.#query = query
  }

  /**
   * Why a statement with these names stays on the primary; undefined when it may move.
   *
   * @throws what the query throws
   */
  async refusalOf(names: StatementNames): Promise<CatalogRefusal | undefined> {
    const generation = this.#generation
    this.#isPlain ??= (await this.#query(AMBIENT, []))[0]?.['is_plain'] === true
    if (!this.#isPlain) return 'ambient'
    await this.#ask(names)
    if (generation !== this.#generation) return 'changed'
    return this.#verdict(names)
  }

  /** Forgets everything: somebody has changed the catalog, or some time has passed. */
  forget(): void {
    this.#generation++
    this.#entries = emptyEntries()
    this.#views = new Map()
    this.#isPlain = undefined
  }

  /** Asks for the names, for those that their views and functions refer to, and so on. */
  async #ask(names: StatementNames): Promise<void> {
    let wanted = wantedOf(names)
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const entries = this.#entries
      const found: CatalogRow[][] = []
      for (const kind of KINDS) {
        const missing = [...wanted[kind]].filter(name => !entries[kind].has(name))
        if (missing.length === 0) continue
        const rows = await this.#query(STATEMENTS[kind], [missing])
        for (const name of missing)
          entries[kind].set(
            name,
            rows.filter(row => row['name'] === name),
          )
        found.push([...rows])
      }
      if (found.length === 0) return
      if (KINDS.some(kind => entries[kind].size > MAX_NAMES)) return this.forget()
      wanted = this.#behind(found.flat())
    }
  }

  /** The names that views, functions, operators and casts lead to. */
  #behind(rows: readonly CatalogRow[]): Wanted {
    const wanted = emptyWanted()
    for (const { view, source, function: one, functions } of rows) {
      const names = typeof view === 'string' ? this.#namesOfView(view) : undefined
      if (names) addTo(wanted, names)
      if (typeof source === 'string') for (const word of wordsOf(source)) wanted.functions.add(word)
      if (typeof one === 'string') wanted.functions.add(one)
      if (Array.isArray(functions)) for (const each of functions) wanted.functions.add(String(each))
    }
    return wanted
  }

  /** Undefined for a view that does more than read. */
  #namesOfView(definition: string): StatementNames | undefined {
    if (!this.#views.has(definition)) {
      const names = namesIn(definition, this.#grammar)
      this.#views.set(definition, typeof names === 'object' ? names : undefined)
    }
    return this.#views.get(definition)
  }

  #verdict(names: StatementNames, passed: ReadonlySet<string> = new Set()): CatalogRefusal | undefined {
    if (![...names.functions].every(name => this.#isSafeFunction(name, passed))) return 'function'
    if (![...names.operators].every(name => this.#isSafeOperator(name, passed))) return 'function'
    if (![...names.columns].every(name => this.#isSafeColumn(name, passed))) return 'function'
    if (![...names.types].every(name => this.#isSafeType(name, passed))) return 'type'
    if (![...names.relations].every(name => this.#isSafeRelation(name, passed))) return 'relation'
    return undefined
  }

  #isSafeRelation(name: string, passed: ReadonlySet<string>): boolean {
    const key = `relation ${name}`
    if (passed.has(key)) return true
    const rows = this.#entries.relations.get(name) ?? []
    return (
      rows.length > 0 &&
      rows.every(({ is_plain: isPlain, view }) => {
        if (isPlain !== true) return false
        if (typeof view !== 'string') return true
        const names = this.#namesOfView(view)
        return names !== undefined && this.#verdict(names, new Set([...passed, key])) === undefined
      })
    )
  }

  #isSafeFunction(name: string, passed: ReadonlySet<string>): boolean {
    const key = `function ${name}`
    if (passed.has(key)) return true
    const rows = this.#entries.functions.get(name) ?? []
    return rows.length > 0 && !isDeniedFunction(name) && this.#areHarmless(rows, new Set([...passed, key]))
  }

  /** A body is not parsed: it may hold any language. None of its words may be the name of a function that is not safe. */
  #areHarmless(rows: readonly CatalogRow[], passed: ReadonlySet<string>): boolean {
    return rows.every(({ is_stable: isStable, source }) => {
      if (isStable !== true || source === '') return false
      if (typeof source !== 'string') return true
      const words = wordsOf(source)
      // A name that is put together at run time, or is written with escapes, is not among the words.
      if (words.has('execute') || /u&/i.test(source)) return false
      return [...words].every(word => {
        if (isDeniedFunction(word) && !HARMLESS_WORDS.has(word)) return false
        const known = this.#entries.functions.get(word) ?? []
        const key = `function ${word}`
        return passed.has(key) || this.#areHarmless(known, new Set([...passed, key]))
      })
    })
  }

  #isSafeOperator(name: string, passed: ReadonlySet<string>): boolean {
    const rows = this.#entries.operators.get(name)
    return rows !== undefined && rows.every(row => this.#isSafeFunction(String(row['function']), passed))
  }

  #isSafeColumn(name: string, passed: ReadonlySet<string>): boolean {
    const rows = this.#entries.columns.get(name)
    return rows !== undefined && (rows.length === 0 || this.#isSafeFunction(name, passed))
  }

  #isSafeType(name: string, passed: ReadonlySet<string>): boolean {
    const rows = this.#entries.types.get(name) ?? []
    return (
      rows.length > 0 &&
      rows.every(
        ({ is_plain: isPlain, functions }) =>
          isPlain === true &&
          Array.isArray(functions) &&
          functions.every(each => this.#isSafeFunction(String(each), passed)),
      )
    )
  }
}

function wordsOf(source: string): ReadonlySet<string> {
  return new Set(source.toLowerCase().match(WORD))
}

type Wanted = Record<Kind, Set<string>>

function emptyWanted(): Wanted {
  return {
    relations: new Set(),
    functions: new Set(),
    operators: new Set(),
    types: new Set(),
    columns: new Set(),
  }
}

function emptyEntries(): Record<Kind, Map<string, readonly CatalogRow[]>> {
  return {
    relations: new Map(),
    functions: new Map(),
    operators: new Map(),
    types: new Map(),
    columns: new Map(),
  }
}

function wantedOf(names: StatementNames): Wanted {
  const wanted = emptyWanted()
  addTo(wanted, names)
  return wanted
}

function addTo(wanted: Wanted, names: StatementNames): void {
  for (const kind of KINDS) for (const name of names[kind]) wanted[kind].add(name)
}
