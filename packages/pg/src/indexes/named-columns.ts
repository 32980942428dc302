import type { Tree } from '../grammar.ts'
import type { TableUse } from './table-use.ts'
import { namesOf, walk } from './tree.ts'

/** The columns that a statement names, wherever it does. */
export class NamedColumns {
  /** Names by what stands in front of them; empty where nothing does. */
  readonly #byAlias = new Map<string, Set<string>>()

  constructor(statement: Tree) {
    walk(statement, ({ kind, fields }) => {
      if (kind !== 'ColumnRef') return true
      const names = namesOf(fields['fields'])
      const alias = names.at(-2) ?? ''
      const known = this.#byAlias.get(alias) ?? new Set()
      this.#byAlias.set(alias, known.add(names.at(-1) ?? ''))
      return true
    })
  }

  /** Those that may be of a table. A name alone may be that of a column of another one, or of the table itself. */
  of({ table, alias }: TableUse): readonly string[] {
    const names = [...(this.#byAlias.get(alias) ?? []), ...(this.#byAlias.get('') ?? [])]
    return names.some(name => name === '*' || name === alias)
      ? [...table.columns.keys()]
      : names.filter(name => table.columns.has(name))
  }
}
