import type { Column, Table } from './catalog.ts'

/** What an index can be sorted by: a column, or an expression over columns of one table. */
export interface Key {
  /** As in `CREATE INDEX`. */
  readonly sql: string
  readonly columns: readonly Column[]
  /** Undefined for an expression. */
  readonly column: Column | undefined
  /** The functions and casts of an expression: each has to be immutable. */
  readonly functions: readonly Called[]
  /** The operator class, where it is not the default. */
  readonly operatorClass?: string
  /** An access method other than btree that serves the condition. */
  readonly method?: 'gin' | 'gist'
}

/** A function, a cast (`::date`) or an operator (`operator ||`) of an expression, and the types that it is given where they are known. */
export interface Called {
  readonly name: string
  readonly types: readonly (string | undefined)[]
}

/** COALESCE and its kin: they choose one of several values, and cast all of them to one type. */
export const MIXED = 'one of several'

export type Comparison =
  /** Equal to one value, or to one of a list. */
  | 'equal'
  | 'list'
  /** Within a range, or a beginning of a text. */
  | 'range'
  /** What only an index of another kind than btree finds. */
  | 'contains'
  /** No index serves it, but it may be the condition of a partial one. */
  | 'other'

/** One condition of a statement on one table; conditions stand for themselves and all hold. */
export interface Condition {
  readonly comparison: Comparison
  /** Undefined for a comparison `other`. */
  readonly key: Key | undefined
  /** How many values a list has; undefined where that is not known. */
  readonly items?: number | undefined
  /** Further keys of a comparison of rows. */
  readonly more?: readonly Key[]
  /** Compared with columns of another table, or of the query around. */
  readonly isJoin: boolean
  /** The table with whose columns it compares, where that is one. */
  readonly partner?: TableUse
  /** The condition as SQL on the table alone; undefined for a join and for what cannot be printed. */
  sql?(parameter: (number: number) => string): string | undefined
  /** What an index is searched for, as SQL, where that is not the condition: a range of texts for their beginning. */
  searched?(value: (text: string) => string): string
  /** Written into the statement rather than sent with it, so that an index may hold the rows that meet it alone. */
  readonly isFixed: boolean
  /** Added by row-level security. */
  isOfPolicy?: boolean
}

/** A key that the statement sorts by. */
export interface SortKey {
  readonly key: Key
  readonly isDescending: boolean
  /** Whether the place of NULL differs from the usual one for the direction. */
  readonly isUnusual: boolean
}

/** As in ORDER BY, and behind the key of an index. */
export function directionOf({ isDescending, isUnusual }: SortKey): string {
  const nulls = isUnusual ? ` NULLS ${isDescending ? 'LAST' : 'FIRST'}` : ''
  return `${isDescending ? 'DESC' : ''}${nulls}`.trim()
}

/** What one statement asks of one table, once per mention in `FROM`. */
export interface TableUse {
  readonly table: Table
  /** Its name in the statement. */
  readonly alias: string
  readonly conditions: Condition[]
  /** Conditions of which one has to hold, each on a key of its own. */
  readonly alternatives: (readonly Condition[])[]
  /** The order that the statement asks for, as far as it is of this table. */
  readonly sort: SortKey[]
  /** Only the first rows in that order are wanted. */
  isLimited: boolean
  /** The columns that the statement reads, wherever it does, and how often it names each. */
  readonly named: Map<Column, number>
  /** More is read than its columns by name: all of them, a row as a whole, its place, or a lock on it. No index answers alone. */
  isWhole: boolean
  /** Rows that are read before those, and left out. */
  skipped: number
  /** On the side of an outer join that may have no row. */
  isOptional: boolean
  /** Behind a policy, or in a view that is a barrier: no index is searched for what might tell of rows that are not shown. */
  isBarred: boolean
  /** What no index helps as it is written, and what would. */
  readonly hints: string[]
}

export function nameColumn({ named }: TableUse, column: Column): void {
  named.set(column, (named.get(column) ?? 0) + 1)
}

export function newUse(table: Table, alias: string): TableUse {
  return {
    table,
    alias,
    conditions: [],
    alternatives: [],
    sort: [],
    isLimited: false,
    named: new Map(),
    // The conditions of a policy are not in the statement.
    isWhole: table.hasPolicies,
    skipped: 0,
    isOptional: false,
    isBarred: false,
    hints: [],
  }
}

/** What a condition is, whichever key serves it. */
export type Rest = Omit<Condition, 'comparison' | 'key'>

/** A condition that no index is searched for. */
export function other(rest: Rest): Condition {
  return { ...rest, comparison: 'other', key: undefined }
}
