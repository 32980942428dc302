import type { Grammar, Tree } from '../grammar.ts'
import type { Table, View } from './catalog.ts'
import { Conditions } from './conditions.ts'
import { keyOf } from './keys.ts'
import { noteNamedColumns } from './named-columns.ts'
import { outputsOf, referencesOf, type Scope, type Source } from './scope.ts'
import { newUse, type TableUse } from './table-use.ts'
import { asList, fieldsOf, namesOf, nodeOf, nodesOf, walk } from './tree.ts'

/** Finds a relation by name, as the statement would. */
export type FindRelation = (schema: string | undefined, relation: string) => Promise<Table | View | undefined>

/** What a statement asks of its tables. */
export interface StatementUses {
  readonly uses: readonly TableUse[]
  /** The table whose rows are deleted, or whose columns are updated, in which the references of other tables are looked up. */
  readonly written: { readonly table: Table; readonly columns: readonly string[] | 'all' } | undefined
}

const MAX_DEPTH = 60
/** Each mention of a query in WITH, and of a view, is read again: what they mention doubles with each step. */
const MOST_QUERIES = 300

/** Reads a statement, with the views that it reads. */
export async function usesOf(
  statement: Tree,
  values: readonly unknown[] | undefined,
  grammar: Grammar,
  find: FindRelation,
): Promise<StatementUses> {
  const reader = new Reader(new Conditions(values), grammar, find)
  await reader.statement(statement)
  return reader
}

type Queries = ReadonlyMap<
  string,
  { readonly select: Tree | undefined; readonly names: readonly string[]; readonly queries: Queries }
>

const NONE: Queries = new Map()

class Reader implements StatementUses {
  readonly uses: TableUse[] = []
  written: StatementUses['written']
  readonly #conditions: Conditions
  readonly #grammar: Grammar
  readonly #find: FindRelation
  #depth = 0
  #queries = 0

  constructor(conditions: Conditions, grammar: Grammar, find: FindRelation) {
    this.#conditions = conditions
    this.#grammar = grammar
    this.#find = find
  }

  async statement(tree: Tree): Promise<void> {
    const node = nodeOf(tree)
    if (node === undefined) return
    const { kind, fields } = node
    if (kind === 'SelectStmt') return void (await this.#select(fields, undefined, NONE))
    const queries = await this.#with(fields, undefined, NONE)
    if (kind === 'InsertStmt')
      return void (await this.#select(fieldsOf(fieldsOf(fields['selectStmt'])['SelectStmt']), undefined, queries))
    if (kind !== 'UpdateStmt' && kind !== 'DeleteStmt' && kind !== 'MergeStmt') return
    const scope: Scope = { sources: [], outer: undefined }
    const target = await this.#relation(fieldsOf(fields['relation']), scope, NONE)
    if (target?.use && kind !== 'MergeStmt') {
      const columns =
        kind === 'DeleteStmt' ? 'all' : nodesOf(fields['targetList']).map(each => String(each.fields['name']))
      this.written = { table: target.use.table, columns }
    }
    for (const from of [fields['fromClause'], fields['usingClause'], [fields['sourceRelation']]])
      for (const each of Array.isArray(from) ? from : []) await this.#from(each, scope, queries)
    this.#conditions.add(fields['whereClause'] ?? fields['joinCondition'], scope)
    noteNamedColumns(fields, scope)
    // A row that is written is read as a whole.
    if (target?.use) target.use.isWhole = true
    await this.#subqueries([fields['whereClause'], fields['targetList'], fields['returningClause']], scope, queries)
  }

  /** Reads a query and gives its scope. */
  async #select(select: Tree, outer: Scope | undefined, around: Queries): Promise<Scope> {
    const scope: Scope = { sources: [], outer }
    if (this.#depth >= MAX_DEPTH || ++this.#queries > MOST_QUERIES) return scope
    this.#depth++
    const queries = await this.#with(select, outer, around)
    if (select['larg'] !== undefined) {
      await this.#select(fieldsOf(select['larg']), outer, queries)
      await this.#select(fieldsOf(select['rarg']), outer, queries)
    }
    for (const each of Array.isArray(select['fromClause']) ? select['fromClause'] : [])
      await this.#from(each, scope, queries)
    this.#conditions.add(select['whereClause'], scope)
    noteNamedColumns(select, scope)
    this.#sort(select, scope)
    const rest = ['targetList', 'whereClause', 'havingClause', 'sortClause', 'groupClause', 'limitCount', 'valuesLists']
    await this.#subqueries(
      rest.map(name => select[name]),
      scope,
      queries,
    )
    this.#depth--
    return scope
  }

  async #with(statement: Tree, outer: Scope | undefined, around: Queries): Promise<Queries> {
    const clause = fieldsOf(statement['withClause'])
    const known = new Map(around)
    for (const { fields } of nodesOf(clause['ctes'])) {
      const query = nodeOf(fields['ctequery'])
      const isRecursive = clause['recursive'] === true && fieldsOf(query?.fields)['larg'] !== undefined
      const name = String(fields['ctename'])
      if (query && query.kind !== 'SelectStmt') await this.statement({ [query.kind]: query.fields })
      // A recursive one is read once, where its own name stands for rows that are not known.
      if (query && isRecursive) {
        known.set(name, { select: undefined, names: [], queries: known })
        await this.#select(query.fields, outer, new Map(known))
      } else
        known.set(name, {
          select: query?.kind === 'SelectStmt' ? query.fields : undefined,
          names: namesOf(fields['aliascolnames']),
          queries: new Map(known),
        })
    }
    return known
  }

  async #from(value: unknown, scope: Scope, queries: Queries): Promise<readonly Source[]> {
    const node = nodeOf(value)
    if (node === undefined) return []
    const { kind, fields } = node
    if (kind === 'RangeVar') {
      const source = await this.#relation(fields, scope, queries)
      return source ? [source] : []
    }
    if (kind === 'JoinExpr') {
      const left = await this.#from(fields['larg'], scope, queries)
      const right = await this.#from(fields['rarg'], scope, queries)
      for (const name of namesOf(fields['usingClause'])) {
        const sides = [left, right].map(sources => sources.find(each => has(each, name)))
        const [a, b] = sides.map(
          side => side && { ColumnRef: { fields: [side.alias, name].map(sval => ({ String: { sval } })) } },
        )
        if (a && b) this.#conditions.addEquality(a, scope, b, scope)
      }
      this.#conditions.add(fields['quals'], scope)
      await this.#subqueries([fields['quals']], scope, queries)
      return [...left, ...right]
    }
    if (kind === 'RangeTableSample') return this.#from(fields['relation'], scope, queries)
    const alias = aliasOf(fields) ?? ''
    if (kind === 'RangeSubselect') {
      // Without LATERAL it sees the query around only.
      const outer = fields['lateral'] === true ? scope : scope.outer
      const inner = fieldsOf(fieldsOf(fields['subquery'])['SelectStmt'])
      return [
        this.#derived(
          alias,
          inner,
          await this.#select(inner, outer, queries),
          namesOf(fieldsOf(fields['alias'])['colnames']),
          scope,
        ),
      ]
    }
    await this.#subqueries([fields['functions']], scope, queries)
    scope.sources.push({ alias })
    return []
  }

  async #relation(fields: Tree, scope: Scope, queries: Queries): Promise<Source | undefined> {
    const relation = String(fields['relname'])
    const schema = typeof fields['schemaname'] === 'string' ? fields['schemaname'] : undefined
    const alias = aliasOf(fields) ?? relation
    const query = schema === undefined ? queries.get(relation) : undefined
    if (query) {
      if (query.select === undefined) return void scope.sources.push({ alias })
      return this.#derived(
        alias,
        query.select,
        await this.#select(query.select, undefined, query.queries),
        query.names,
        scope,
      )
    }
    const found = await this.#find(schema, relation)
    if (found === undefined) return void scope.sources.push({ alias })
    if ('view' in found) {
      const select = fieldsOf(nodeOf(this.#grammar.statements(found.view)?.[0])?.fields)
      const before = this.uses.length
      const inner = await this.#select(select, undefined, NONE)
      // It names what others want of it as well.
      for (const use of this.uses.slice(before)) use.isWhole = true
      return this.#derived(alias, select, inner, [], scope)
    }
    const source = { alias, use: newUse(found, alias) }
    this.uses.push(source.use)
    scope.sources.push(source)
    return source
  }

  #derived(alias: string, select: Tree, inner: Scope, names: readonly string[], scope: Scope): Source {
    // What limits or numbers its rows lets no condition through from outside; what groups them, those on what it groups by.
    const isClosed = ['limitCount', 'larg', 'windowClause'].some(name => select[name] !== undefined)
    const outputs = new Map(isClosed ? [] : outputsOf(select, inner, names))
    const groups = new Set(asList(select['groupClause']).map(each => nameOf(each)))
    for (const [name, { value }] of outputs) if (groups.size > 0 && !groups.has(nameOf(value))) outputs.delete(name)
    const source = { alias, outputs }
    scope.sources.push(source)
    return source
  }

  #sort(select: Tree, scope: Scope): void {
    const keys = nodesOf(select['sortClause'])
    const isLimited = select['limitCount'] !== undefined
    const isGrouped = ['groupClause', 'distinctClause', 'larg'].some(name => select[name] !== undefined)
    if (keys.length === 0 || !isLimited || isGrouped) return this.#extremes(select, scope)
    const targets = nodesOf(select['targetList'])
    for (const [at, { fields }] of keys.entries()) {
      const value = targetOf(fields['node'], targets)
      const use = referencesOf(value, scope).columns[0]?.use
      const key = use && keyOf(value, use, scope)
      // The order of another table's columns comes from another index.
      if (!use || !key || !scope.sources.some(source => source.use === use) || (at > 0 && use.sort.length < at)) return
      const isDescending = fields['sortby_dir'] === 'SORTBY_DESC'
      const nulls = fields['sortby_nulls']
      const isUnusual = nulls === (isDescending ? 'SORTBY_NULLS_LAST' : 'SORTBY_NULLS_FIRST')
      use.sort.push({ key, isDescending, isUnusual })
      use.isLimited = true
    }
  }

  /** `SELECT max(a)` reads the first row in the order of a. */
  #extremes(select: Tree, scope: Scope): void {
    const targets = nodesOf(select['targetList'])
    const call = nodeOf(targets[0]?.fields['val'])
    const name = call?.kind === 'FuncCall' ? namesOf(call.fields['funcname']).at(-1) : undefined
    if (targets.length !== 1 || (name !== 'max' && name !== 'min') || select['groupClause'] !== undefined) return
    const [value] = Array.isArray(call?.fields['args']) ? (call.fields['args'] as readonly unknown[]) : []
    const use = referencesOf(value, scope).columns[0]?.use
    const key = use && keyOf(value, use, scope)
    if (!use || !key) return
    use.sort.push({ key, isDescending: name === 'max', isUnusual: false })
    use.isLimited = true
  }

  /** Queries within expressions; `x IN (SELECT y ...)` joins x and y. */
  async #subqueries(values: readonly unknown[], scope: Scope, queries: Queries): Promise<void> {
    const links: Tree[] = []
    walk(values, ({ kind, fields }) => {
      if (kind === 'SubLink') links.push(fields)
      return kind !== 'SubLink'
    })
    for (const link of links) {
      const select = fieldsOf(fieldsOf(link['subselect'])['SelectStmt'])
      const inner = await this.#select(select, scope, queries)
      const target = nodesOf(select['targetList'])[0]?.fields['val']
      const isLimited = select['limitCount'] !== undefined
      if (link['subLinkType'] === 'ANY_SUBLINK' && link['testexpr'] !== undefined && target !== undefined)
        this.#conditions.addEquality(link['testexpr'], scope, target, inner, isLimited)
      await this.#subqueries([link['testexpr']], scope, queries)
    }
  }
}

/** The last name of a reference to a column; what else there is stands for itself. */
function nameOf(value: unknown): unknown {
  const node = nodeOf(value)
  return node?.kind === 'ColumnRef' ? namesOf(node.fields['fields']).at(-1) : value
}

function has({ use, outputs }: Source, name: string): boolean {
  return use?.table.columns.has(name) ?? outputs?.has(name) ?? false
}

function aliasOf(fields: Tree): string | undefined {
  const name = fieldsOf(fields['alias'])['aliasname']
  return typeof name === 'string' ? name : undefined
}

/** A sort key is the number or the name of a result column, or an expression. */
function targetOf(value: unknown, targets: readonly { readonly fields: Tree }[]): unknown {
  const node = nodeOf(value)
  const number = node?.kind === 'A_Const' ? fieldsOf(node.fields['ival'])['ival'] : undefined
  if (typeof number === 'number') return targets[number - 1]?.fields['val']
  const names = node?.kind === 'ColumnRef' ? namesOf(node.fields['fields']) : []
  const named = names.length === 1 ? targets.find(({ fields }) => fields['name'] === names[0]) : undefined
  return named?.fields['val'] ?? value
}
