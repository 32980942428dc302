import type { Grammar, Tree } from '../grammar.ts'
import type { Values } from './bound-values.ts'
import type { Table, View } from './catalog.ts'
import { changedBy } from './changed-columns.ts'
import { Conditions } from './conditions.ts'
import { isComputedApart, openOutputs, partsOf } from './fences.ts'
import { noteNamedColumns } from './named-columns.ts'
import { joinedIn, pairsOf } from './joined-queries.ts'
import { OuterJoins } from './outer-joins.ts'
import { columnOf, has, namesIn, type Outputs, type Scope, type Source } from './scope.ts'
import { addSort } from './sorts.ts'
import { newUse, type TableUse } from './table-use.ts'
import { asList, fieldsOf, namesOf, nodeOf, nodesOf, walk } from './tree.ts'

/** Finds a relation by name, as the statement would; alone, without the tables that inherit from it. */
export type FindRelation = (
  schema: string | undefined,
  relation: string,
  isAlone: boolean,
) => Promise<Table | View | undefined>

/** What a statement asks of its tables. */
export interface StatementUses {
  readonly uses: readonly TableUse[]
  /** The table whose rows are deleted, or whose columns are updated, in which the references of other tables are looked up. */
  readonly written: { readonly table: Table; readonly columns: readonly string[] | 'all' } | undefined
}

const MAX_DEPTH = 60
/** Each mention of a query in WITH, and of a view, is read again: what they mention doubles with each step. */
const MOST_QUERIES = 300

/**
 * Reads a statement, with the views that it reads.
 *
 * @param trigrams - the operator class for texts within texts, where the server has it
 */
export async function usesOf(
  statement: Tree,
  values: readonly unknown[] | undefined,
  grammar: Grammar,
  find: FindRelation,
  trigrams?: string,
): Promise<StatementUses> {
  const reader = new Reader(new Conditions(values, trigrams), grammar, find, values)
  await reader.statement(statement)
  return reader
}

/** A query in WITH. */
interface Query {
  /** Undefined where its rows are not those of a query that is read with the statement. */
  readonly select: Tree | undefined
  readonly names: readonly string[]
  readonly queries: Queries
}

type Queries = ReadonlyMap<string, Query>

const NONE: Queries = new Map()

class Reader implements StatementUses {
  readonly uses: TableUse[] = []
  written: StatementUses['written']
  readonly #conditions: Conditions
  readonly #grammar: Grammar
  readonly #find: FindRelation
  readonly #values: Values
  readonly #outerJoins: OuterJoins
  readonly #scopes: Scope['queries'] = new WeakMap()
  #depth = 0
  #queries = 0

  constructor(conditions: Conditions, grammar: Grammar, find: FindRelation, values: Values) {
    this.#conditions = conditions
    this.#grammar = grammar
    this.#find = find
    this.#values = values
    this.#outerJoins = new OuterJoins(conditions)
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
    const scope: Scope = { sources: [], outer: undefined, queries: this.#scopes }
    const target = await this.#relation(fieldsOf(fields['relation']), scope, NONE)
    if (target?.use) this.written = { table: target.use.table, columns: changedBy(node, this.#values) }
    for (const from of [fields['fromClause'], fields['usingClause'], [fields['sourceRelation']]])
      for (const each of asList(from)) await this.#from(each, scope, queries)
    const where = fields['whereClause'] ?? fields['joinCondition']
    await this.#subqueries(where, [fields['targetList'], fields['returningClause']], scope, queries)
    this.#outerJoins.addFilter(where, scope)
    noteNamedColumns(fields, scope)
    // A row that is written is read as a whole.
    if (target?.use) target.use.isWhole = true
  }

  /** Reads a query and gives its scope. */
  async #select(select: Tree, outer: Scope | undefined, around: Queries): Promise<Scope> {
    const scope: Scope = { sources: [], outer, queries: this.#scopes }
    this.#scopes.set(select, scope)
    if (this.#depth >= MAX_DEPTH || ++this.#queries > MOST_QUERIES) return scope
    this.#depth++
    const queries = await this.#with(select, outer, around)
    if (select['larg'] !== undefined) {
      await this.#select(fieldsOf(select['larg']), outer, queries)
      await this.#select(fieldsOf(select['rarg']), outer, queries)
    }
    for (const each of asList(select['fromClause'])) await this.#from(each, scope, queries)
    const rest = ['targetList', 'havingClause', 'sortClause', 'groupClause', 'limitCount', 'valuesLists']
    await this.#subqueries(
      select['whereClause'],
      rest.map(name => select[name]),
      scope,
      queries,
    )
    this.#outerJoins.addFilter(select['whereClause'], scope)
    noteNamedColumns(select, scope)
    addSort(select, scope, this.#conditions)
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
      const isApart = query?.kind === 'SelectStmt' && isComputedApart(fields, statement)
      // The own name of a recursive query stands for rows that are not known; what is computed apart is read once.
      if (query && (isRecursive || isApart)) {
        if (isRecursive) known.set(name, { select: undefined, names: [], queries: known })
        await this.#select(query.fields, outer, new Map(known))
        known.set(name, { select: undefined, names: [], queries: known })
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
    if (kind === 'JoinExpr') return this.#join(fields, scope, queries)
    // Only a part of the table is read, and that by its pages.
    if (kind === 'RangeTableSample') {
      const { relname, alias } = fieldsOf(fieldsOf(fields['relation'])['RangeVar'])
      scope.sources.push({ alias: aliasOf({ alias }) ?? String(relname) })
      return []
    }
    const alias = aliasOf(fields) ?? ''
    if (kind === 'RangeSubselect') {
      // Without LATERAL it sees the query around only.
      const outer = fields['lateral'] === true ? scope : scope.outer
      const inner = fieldsOf(fieldsOf(fields['subquery'])['SelectStmt'])
      await this.#select(inner, outer, queries)
      return [this.#derived(alias, inner, namesOf(fieldsOf(fields['alias'])['colnames']), scope)]
    }
    await this.#subqueries(undefined, [fields['functions']], scope, queries)
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
      await this.#select(query.select, undefined, query.queries)
      return this.#derived(alias, query.select, query.names, scope)
    }
    const found = await this.#find(schema, relation, fields['inh'] !== true)
    if (found === undefined) return void scope.sources.push({ alias })
    if ('view' in found) {
      const select = fieldsOf(nodeOf(this.#grammar.statements(found.view)?.[0])?.fields)
      const before = this.uses.length
      await this.#select(select, undefined, NONE)
      // It names what others want of it as well.
      for (const use of this.uses.slice(before)) {
        use.isWhole = true
        use.isBarred ||= found.isBarrier
      }
      return this.#derived(alias, select, [], scope)
    }
    const source = { alias, use: newUse(found, alias) }
    this.uses.push(source.use)
    scope.sources.push(source)
    this.#policies(source.use)
    return source
  }

  /** What row-level security adds. */
  #policies(use: TableUse): void {
    for (const policy of use.table.policies) {
      const select = fieldsOf(nodeOf(this.#grammar.statements(`SELECT WHERE ${policy}`)?.[0])?.fields)
      const scope = { sources: [{ alias: use.table.relation, use }], outer: undefined, queries: this.#scopes }
      this.#conditions.add(select['whereClause'], scope)
    }
    for (const condition of use.conditions) condition.isOfPolicy = true
    use.isBarred = use.table.policies.length > 0
  }

  /** A query in FROM, which has been read. */
  #derived(alias: string, select: Tree, names: readonly string[], scope: Scope): Source {
    const [outputs = new Map(), ...further] = this.#outputs(select, names)
    const source = { alias, outputs, ...(further.length > 0 && { further }) }
    scope.sources.push(source)
    return source
  }

  /** The columns of a query; of all its parts, where it puts several together. */
  #outputs(select: Tree, names: readonly string[]): readonly Outputs[] {
    const parts = (partsOf(select) ?? []).map(part => {
      const scope = this.#scopes.get(part)
      return scope ? openOutputs(part, scope, names) : new Map()
    })
    const first = [...(parts[0]?.keys() ?? [])]
    // The names are those of the first part, and the columns go by their place.
    const renamed = parts.slice(1).map(part => {
      const values = [...part.values()]
      return new Map(first.flatMap((name, at) => (values[at] ? [[name, values[at]] as const] : [])))
    })
    const isKnown = parts.every(part => part.size === first.length)
    return isKnown ? [parts[0] ?? new Map(), ...renamed] : [new Map()]
  }

  async #join(fields: Tree, scope: Scope, queries: Queries): Promise<readonly Source[]> {
    const marks = [this.uses.length]
    const left = await this.#from(fields['larg'], scope, queries)
    marks.push(this.uses.length)
    const right = await this.#from(fields['rarg'], scope, queries)
    const [leftUses, rightUses] = [this.uses.slice(marks[0], marks[1]), this.uses.slice(marks[1])]
    const shared = fields['isNatural'] === true ? namesIn(left).filter(name => right.some(each => has(each, name))) : []
    const equal = [...namesOf(fields['usingClause']), ...shared].flatMap(name => {
      const [a, b] = [left, right].map(sources => sources.find(each => has(each, name)))
      return a && b ? [[columnOf(a, name), columnOf(b, name)] as const] : []
    })
    await this.#subqueries(fields['quals'], [], scope, queries)
    this.#outerJoins.addJoin({ type: fields['jointype'], equal, on: fields['quals'] }, leftUses, rightUses, scope)
    return [...left, ...right]
  }

  /**
   * Queries within expressions; `x IN (SELECT y ...)` joins x and y where all rows have to meet it.
   *
   * @param filter - of the rows
   * @param others - expressions whose queries are run for rows
   */
  async #subqueries(filter: unknown, others: readonly unknown[], scope: Scope, queries: Queries): Promise<void> {
    const links: Tree[] = []
    walk([filter, ...others], ({ kind, fields }) => {
      if (kind === 'SubLink') links.push(fields)
      return kind !== 'SubLink'
    })
    const joined = joinedIn(filter)
    for (const link of links) {
      const select = fieldsOf(fieldsOf(link['subselect'])['SelectStmt'])
      const inner = await this.#select(select, scope, queries)
      const isLimited = select['limitCount'] !== undefined
      for (const [own, target] of joined.includes(link) ? pairsOf(link['testexpr'], select) : [])
        this.#conditions.addEquality(own, scope, target, inner, isLimited)
      await this.#subqueries(undefined, [link['testexpr']], scope, queries)
    }
  }
}

function aliasOf(fields: Tree): string | undefined {
  const name = fieldsOf(fields['alias'])['aliasname']
  return typeof name === 'string' ? name : undefined
}
