import type { Tree } from '../grammar.ts'
import { resolve, type Scope, type Source } from './scope.ts'
import { nameColumn } from './table-use.ts'
import { namesOf, walk } from './tree.ts'

/** What a row has beside its columns, and no index holds. */
const OF_SYSTEM = new Set(['ctid', 'cmin', 'cmax', 'tableoid', 'xmin', 'xmax'])

/** Notes which columns of its tables a query names. The queries within it note theirs. */
export function noteNamedColumns(query: Tree, scope: Scope): void {
  const { larg: _left, rarg: _right, withClause: _queries, ...own } = query
  walk(own, ({ kind, fields }) => {
    if (kind.endsWith('Stmt')) return false
    if (kind === 'ColumnRef') note(namesOf(fields['fields']), scope)
    // It compares columns that it does not name.
    if (kind === 'LockingClause' || fields['isNatural'] === true) scope.sources.forEach(markWhole)
    for (const name of namesOf(fields['usingClause'])) for (const { use } of scope.sources) addColumn(use, name)
    return true
  })
}

function note(names: readonly string[], scope: Scope): void {
  const found = resolve(names, scope)
  if (found) return nameColumn(found.use, found.column)
  const [name, alias] = [names.at(-1)!, names.at(-2)]
  const isWhole = (source: Source): boolean =>
    name === '*' || OF_SYSTEM.has(name) ? alias === undefined || source.alias === alias : source.alias === name
  for (let around: Scope | undefined = scope; around; around = around.outer)
    around.sources.filter(isWhole).forEach(markWhole)
}

function addColumn(use: Source['use'], name: string): void {
  const column = use?.table.columns.get(name)
  if (column) nameColumn(use!, column)
}

function markWhole({ use }: Source): void {
  if (use) use.isWhole = true
}
