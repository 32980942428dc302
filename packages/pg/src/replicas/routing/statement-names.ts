import { ALLOWED_VALUES, isDeniedFunction } from './denied-functions.ts'
import type { Grammar, Tree } from '../../grammar.ts'
import { NODE_KINDS } from './node-kinds.ts'

/** Why a statement stays on the primary, by what its text says. */
export type TextRefusal =
  /** The grammar refuses it, or it is too long. */
  | 'not_parsed'
  /** Several statements, or none. */
  | 'not_one_statement'
  /** Not a SELECT, VALUES or TABLE, or one that has a part that is not known to read only. */
  | 'not_a_read'
  /** `FOR UPDATE`, `FOR SHARE` and their kin. */
  | 'locking'
  /** It makes a table: `SELECT INTO`. */
  | 'into'
  /** A statement in a `WITH` that writes. */
  | 'data_modifying_with'
  /** A function that needs a session, a transaction id, a lock, or the primary. */
  | 'denied_function'
  /** `current_user`, `current_schema` and their kin. */
  | 'session_state'
  /** Deeper than anybody writes by hand. */
  | 'too_deep'

/** What a reading statement refers to by name. Whether it may move depends on the catalog's entries of these names. */
export interface StatementNames {
  /** Tables and views, each the name behind the schema: a name is safe when it is so in every schema. */
  readonly relations: ReadonlySet<string>
  readonly functions: ReadonlySet<string>
  readonly operators: ReadonlySet<string>
  readonly types: ReadonlySet<string>
  /** Names behind a dot, or of columns: `row.name` calls the function `name` where the row has no such column. */
  readonly columns: ReadonlySet<string>
}

/** Thrown and caught in this file alone. */
class Refused {
  readonly reason: TextRefusal
  constructor(reason: TextRefusal) {
    this.reason = reason
  }
}

const MAX_DEPTH = 400
/** These exist in every server and read a table at random; an extension's own is not known. */
const SAMPLING = new Set(['bernoulli', 'system'])

/** The names that a text refers to, where its grammar says that it is one statement that reads; else why it stays on the primary. */
export function namesIn(text: string, grammar: Grammar): StatementNames | TextRefusal {
  const statements = grammar.statements(text)
  if (statements === undefined) return 'not_parsed'
  const [statement] = statements
  if (statement === undefined || statements.length !== 1) return 'not_one_statement'
  try {
    const walk = new Walk()
    walk.nodes(statement, NO_SCOPE, 0, ['SelectStmt'])
    return walk
  } catch (error) {
    if (error instanceof Refused) return error.reason
    throw error
  }
}

/** The names of `WITH` queries that a place sees. */
type Scope = ReadonlySet<string>

const NO_SCOPE: Scope = new Set()

/** Walks every node and every field, and refuses the first that is not known. */
class Walk implements StatementNames {
  readonly relations = new Set<string>()
  readonly functions = new Set<string>()
  /** CASE, USING and `IN` with a query compare without naming this one. */
  readonly operators = new Set<string>(['='])
  readonly types = new Set<string>()
  readonly columns = new Set<string>()

  /** One tagged node or a list of them. */
  nodes(value: unknown, scope: Scope, depth: number, allowed?: readonly string[]): void {
    if (depth > MAX_DEPTH) throw new Refused('too_deep')
    if (Array.isArray(value)) {
      for (const each of value) this.nodes(each, scope, depth, allowed)
      return
    }
    const node = treeOf(value)
    for (const tag of Object.keys(node)) {
      if (allowed !== undefined && !allowed.includes(tag)) throw new Refused('not_a_read')
      this.#node(tag, treeOf(node[tag]), scope, depth + 1)
    }
  }

  #node(tag: string, node: Tree, scope: Scope, depth: number): void {
    switch (tag) {
      case 'SelectStmt':
        return this.#select(node, scope, depth)
      case 'RangeVar':
        this.#relation(node, scope)
        break
      case 'FuncCall':
        this.#function(namesOf(node['funcname']))
        break
      case 'A_Expr':
        this.#operator(node['name'], String(node['kind']))
        break
      case 'SortBy':
        if (node['useOp'] !== undefined) this.operators.add(lastOf(node['useOp']))
        break
      case 'SubLink':
        if (node['operName'] !== undefined) this.operators.add(lastOf(node['operName']))
        break
      case 'TypeName':
        this.#type(node)
        break
      case 'ColumnRef':
        this.#columns(node['fields'])
        break
      case 'A_Indirection':
        this.#columns(node['indirection'])
        break
      case 'JoinExpr':
        this.#columns(node['usingClause'])
        break
      case 'SQLValueFunction':
        if (!ALLOWED_VALUES.has(String(node['op']))) throw new Refused('session_state')
        break
      case 'RangeTableSample':
        if (!SAMPLING.has(lastOf(node['method']))) throw new Refused('denied_function')
        break
    }
    this.#fields(tag, node, scope, depth)
  }

  #fields(tag: string, node: Tree, scope: Scope, depth: number): void {
    const kind = Object.hasOwn(NODE_KINDS, tag) ? NODE_KINDS[tag] : undefined
    if (kind === undefined) throw new Refused('not_a_read')
    for (const name of Object.keys(node)) {
      if (name === 'location' || name.endsWith('_location')) continue
      const field = Object.hasOwn(kind, name) ? kind[name] : undefined
      if (field === undefined) throw new Refused('not_a_read')
      if (field === 'nodes') this.nodes(node[name], scope, depth)
      else if (field !== 'plain') this.#node(field.of, treeOf(node[name]), scope, depth + 1)
    }
  }

  #select(select: Tree, outer: Scope, depth: number): void {
    if (depth > MAX_DEPTH) throw new Refused('too_deep')
    if (select['intoClause'] !== undefined) throw new Refused('into')
    if (select['lockingClause'] !== undefined) throw new Refused('locking')
    const withClause = select['withClause']
    const scope = withClause === undefined ? outer : this.#with(treeOf(withClause), outer, depth)
    this.#fields('SelectStmt', withoutWith(select), scope, depth)
  }

  /** Each query of a `WITH` sees those before it; with `RECURSIVE`, all of them. */
  #with(clause: Tree, outer: Scope, depth: number): Scope {
    this.#fields('WithClause', { ...clause, ctes: [] }, outer, depth)
    const queries = listOf(clause['ctes']).map(each => treeOf(treeOf(each)['CommonTableExpr']))
    const all = new Set([...outer, ...queries.map(query => String(query['ctename']))])
    let seen = outer
    for (const query of queries) {
      if (!isSelect(query['ctequery'])) throw new Refused('data_modifying_with')
      this.#fields('CommonTableExpr', query, clause['recursive'] === true ? all : seen, depth + 1)
      seen = new Set([...seen, String(query['ctename'])])
    }
    return all
  }

  #relation(node: Tree, scope: Scope): void {
    const name = String(node['relname'])
    if (node['catalogname'] !== undefined) throw new Refused('not_a_read')
    if (node['schemaname'] === undefined && scope.has(name)) return
    // Both are about this server, or about this session.
    const schema = node['schemaname']
    const isSystem = schema === 'information_schema' || (typeof schema === 'string' && schema.startsWith('pg_'))
    if (isSystem || name.startsWith('pg_')) throw new Refused('session_state')
    this.relations.add(name)
  }

  #function(name: readonly string[]): void {
    const last = name.at(-1)
    if (last === undefined || name.length > 2 || isDeniedFunction(last)) throw new Refused('denied_function')
    this.functions.add(last)
  }

  #operator(name: unknown, kind: string): void {
    if (kind === 'AEXPR_BETWEEN' || kind.startsWith('AEXPR_BETWEEN') || kind.startsWith('AEXPR_NOT_BETWEEN')) {
      this.operators.add('<=').add('>=').add('<').add('>')
      return
    }
    this.operators.add(lastOf(name))
  }

  #type(node: Tree): void {
    const name = lastOf(node['names'])
    // `table.column%TYPE` and a set are not for casts.
    if (node['setof'] === true || name === '') throw new Refused('not_a_read')
    this.types.add(name)
  }

  #columns(fields: unknown): void {
    for (const each of listOf(fields)) {
      const string = treeOf(each)['String']
      if (string !== undefined) this.columns.add(String(treeOf(string)['sval']))
    }
  }
}

function isSelect(node: unknown): boolean {
  const tags = Object.keys(treeOf(node))
  return tags.length === 1 && tags[0] === 'SelectStmt'
}

function withoutWith(select: Tree): Tree {
  const { withClause: _, ...rest } = select
  return rest
}

function treeOf(value: unknown): Tree {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused('not_a_read')
  return value as Tree
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new Refused('not_a_read')
  return value
}

/** The parts of a qualified name. */
function namesOf(value: unknown): readonly string[] {
  return listOf(value).map(each => {
    const name = treeOf(treeOf(each)['String'])['sval']
    if (typeof name !== 'string') throw new Refused('not_a_read')
    return name
  })
}

function lastOf(value: unknown): string {
  const last = namesOf(value).at(-1)
  if (last === undefined) throw new Refused('not_a_read')
  return last
}
