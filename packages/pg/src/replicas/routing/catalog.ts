import type { Grammar } from '../../grammar.ts'
import { isDeniedFunction } from './denied-functions.ts'
import { FunctionBody } from './function-body.ts'
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
/** What runs without a name in a statement or in the body of a function. */
interface Ambient {
  readonly functions: readonly string[]
  /** Operators, empty for casts, each with its function. */
  readonly ofBodies: readonly (readonly [operator: string, name: string])[]
}

/** What the catalog says of the names that statements have referred to. It asks for each name once, until it is refreshed. */
export class Catalog {
  readonly #grammar: Grammar
  readonly #query: CatalogQuery
  #entries = emptyEntries()
  /** Views by their definition. */
  #views = new Map<string, StatementNames | undefined>()
  readonly #bodies = new Map<string, FunctionBody>()
  /** Undefined until it is asked; null where it keeps everything on the primary. */
  #ambient: Ambient | null | undefined
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
    if (this.#ambient === undefined) {
      const [row] = await this.#query(AMBIENT, [])
      if (generation !== this.#generation) return 'changed'
      this.#ambient = ambientOf(row)
    }
    const ambient = this.#ambient
    if (ambient === null) return 'ambient'
    await this.#ask(names, ambient)
    if (generation !== this.#generation) return 'changed'
    const passed = new Set<string>()
    if (!ambient.functions.every(name => this.#isSafeFunction(name, passed))) return 'ambient'
    return this.#verdict(names, passed)
  }

  /** Forgets everything: somebody has changed the catalog, or some time has passed. */
  forget(): void {
    this.#generation++
    this.#entries = emptyEntries()
    this.#views = new Map()
    this.#bodies.clear()
    this.#ambient = undefined
  }

  /** Asks for the names, for those that their views and functions refer to, and so on. */
  async #ask(names: StatementNames, ambient: Ambient): Promise<void> {
    let wanted = wantedOf(names)
    for (const name of ambient.functions) wanted.functions.add(name)
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
      wanted = this.#behind(found.flat(), ambient)
    }
  }

  /** The names that views, functions, operators and casts lead to. */
  #behind(rows: readonly CatalogRow[], ambient: Ambient): Wanted {
    const wanted = emptyWanted()
    for (const { view, source, function: one, functions } of rows) {
      const names = typeof view === 'string' ? this.#namesOfView(view) : undefined
      if (names) addTo(wanted, names)
      if (typeof source === 'string' && source !== '') {
        for (const name of this.#bodyOf(source).names)
          for (const kind of ['functions', 'relations', 'types'] as const) wanted[kind].add(name)
        for (const [, name] of ambient.ofBodies) wanted.functions.add(name)
      }
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

  #bodyOf(source: string): FunctionBody {
    const known = this.#bodies.get(source) ?? new FunctionBody(source)
    this.#bodies.set(source, known)
    return known
  }

  /** @param passed - what is checked already, or being checked: one that is not safe ends the whole check */
  #verdict(names: StatementNames, passed: Set<string>): CatalogRefusal | undefined {
    if (![...names.functions].every(name => this.#isSafeFunction(name, passed))) return 'function'
    if (![...names.operators].every(name => this.#isSafeOperator(name, passed))) return 'function'
    if (![...names.columns].every(name => this.#isSafeColumn(name, passed))) return 'function'
    if (![...names.types].every(name => this.#isSafeType(name, passed))) return 'type'
    if (![...names.relations].every(name => this.#isSafeRelation(name, passed))) return 'relation'
    return undefined
  }

  #isSafeRelation(name: string, passed: Set<string>): boolean {
    if (isPassed(`relation ${name}`, passed)) return true
    const rows = this.#entries.relations.get(name) ?? []
    return (
      rows.length > 0 &&
      rows.every(({ is_plain: isPlain, view }) => {
        if (isPlain !== true) return false
        if (typeof view !== 'string') return true
        const names = this.#namesOfView(view)
        return names !== undefined && this.#verdict(names, passed) === undefined
      })
    )
  }

  #isSafeFunction(name: string, passed: Set<string>): boolean {
    if (isPassed(`function ${name}`, passed)) return true
    const rows = this.#entries.functions.get(name) ?? []
    return rows.length > 0 && !isDeniedFunction(name) && this.#areHarmless(rows, passed)
  }

  /** None of the names in a body may be one that is not safe, whatever it is the name of. */
  #areHarmless(rows: readonly CatalogRow[], passed: Set<string>): boolean {
    return rows.every(({ is_stable: isStable, source }) => {
      if (isStable !== true || source === '') return false
      if (typeof source !== 'string') return true
      const body = this.#bodyOf(source)
      return (
        !body.isOpaque &&
        this.#ambient!.ofBodies.every(([by, name]) => !body.mayUse(by) || this.#isSafeFunction(name, passed)) &&
        [...body.names].every(name => this.#isHarmlessName(name, passed))
      )
    })
  }

  #isHarmlessName(name: string, passed: Set<string>): boolean {
    if (isPassed(`name ${name}`, passed)) return true
    const { functions, relations, types } = this.#entries
    // What was not asked for may be anything.
    const calls = functions.get(name)
    if (calls === undefined || !this.#areHarmless(calls, passed)) return false
    if (relations.get(name)?.length !== 0 && !this.#isSafeRelation(name, passed)) return false
    return (
      types.get(name)?.every(row => row['is_harmless'] === true && this.#areSafe(row['functions'], passed)) === true
    )
  }

  #areSafe(functions: unknown, passed: Set<string>): boolean {
    return Array.isArray(functions) && functions.every(each => this.#isSafeFunction(String(each), passed))
  }

  #isSafeOperator(name: string, passed: Set<string>): boolean {
    const rows = this.#entries.operators.get(name)
    return rows !== undefined && rows.every(row => this.#isSafeFunction(String(row['function']), passed))
  }

  #isSafeColumn(name: string, passed: Set<string>): boolean {
    const rows = this.#entries.columns.get(name)
    return rows !== undefined && (rows.length === 0 || this.#isSafeFunction(name, passed))
  }

  #isSafeType(name: string, passed: Set<string>): boolean {
    const rows = this.#entries.types.get(name) ?? []
    return (
      rows.length > 0 &&
      rows.every(({ is_plain: isPlain, functions }) => isPlain === true && this.#areSafe(functions, passed))
    )
  }
}

/** Whether something was passed before; it is from now on. */
function isPassed(key: string, passed: Set<string>): boolean {
  if (passed.has(key)) return true
  passed.add(key)
  return false
}

function ambientOf(row: CatalogRow | undefined): Ambient | null {
  const { is_plain: isPlain, functions, of_bodies: ofBodies } = row ?? {}
  if (isPlain !== true || !Array.isArray(functions) || !Array.isArray(ofBodies)) return null
  const pairs = ofBodies.map(each => String(each).split('\n'))
  return { functions: functions.map(String), ofBodies: pairs.map(([operator, name]) => [operator!, name!]) }
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
