import type { Tree } from '../grammar.ts'
import { cutName, foldName } from '../postgres-names.ts'
import { tokenize } from '../signals/sql-tokens.ts'
import { quoteIdentifier } from './print.ts'
import { fieldsOf, namesOf, operatorOf, walk } from './tree.ts'

/** The names in a statement behind which a function may be called. */
export interface StatementNames {
  readonly functions: ReadonlySet<string>
  readonly operators: ReadonlySet<string>
  readonly types: ReadonlySet<string>
  /** Quoted, with their schemas where they are given. */
  readonly relations: ReadonlySet<string>
  readonly columns: ReadonlySet<string>
  /** Those of the relations that are written. */
  readonly written: ReadonlySet<string>
  /** Those of the relations whose defaults may be planned: rows go into them. */
  readonly targets: ReadonlySet<string>
}

/** Operators that stand behind IN, BETWEEN, ORDER BY, DISTINCT, LIKE, SIMILAR and IS DISTINCT FROM. */
const IMPLIED = ['=', '<', '>', '<=', '>=', '<>', '~~', '~~*', '!~~', '!~~*', '~', '!~']

export function namesInTree(statement: Tree): StatementNames {
  const functions = new Set<string>()
  const operators = new Set(IMPLIED)
  const types = new Set<string>()
  const relations = new Set<string>()
  const columns = new Set<string>()
  const written = new Set<string>()
  const targets = new Set<string>()
  walk(statement, ({ kind, fields }) => {
    if (kind === 'FuncCall') functions.add(namesOf(fields['funcname']).at(-1) ?? '')
    if (kind === 'A_Expr') operators.add(operatorOf(fields))
    if (kind === 'SubLink') operators.add(namesOf(fields['operName']).at(-1) ?? '=')
    if (kind === 'SortBy') operators.add(namesOf(fields['useOp']).at(-1) ?? '<')
    // A cast has a type, and so have the columns of a function in FROM.
    for (const field of ['typeName', 'returning']) types.add(namesOf(fieldsOf(fields[field])['names']).at(-1) ?? '')
    if (kind === 'ColumnRef') columns.add(namesOf(fields['fields']).at(-1) ?? '')
    if (kind === 'A_Indirection') for (const name of namesOf(fields['indirection'])) columns.add(name)
    if (kind === 'RangeVar') relations.add(nameOf(fields))
    const target = fieldsOf(fields['relation'])
    if (typeof target['relname'] === 'string') relations.add(nameOf(target))
    if (/^(?:Insert|Update|Merge|Delete)Stmt$/.test(kind)) written.add(nameOf(target))
    if (/^(?:Insert|Merge)Stmt$/.test(kind) || (kind === 'UpdateStmt' && setsDefault(fields)))
      targets.add(nameOf(target))
    return true
  })
  return { functions, operators, types: new Set([...types, ...functions]), relations, columns, written, targets }
}

/** `SET n = DEFAULT` */
function setsDefault(update: Tree): boolean {
  let isFound = false
  walk(update['targetList'], ({ kind }) => {
    isFound ||= kind === 'SetToDefault'
    return !isFound
  })
  return isFound
}

/** What the server plans to look for rows that refer to one that is deleted. */
export function namesOfRelation(schema: string, relation: string): StatementNames {
  const none: ReadonlySet<string> = new Set()
  const relations = new Set([[schema, relation].map(quoteIdentifier).join('.')])
  const operators = new Set(['='])
  return { functions: none, operators, types: none, relations, columns: none, written: none, targets: none }
}

/** The same without the grammar: any word may be any name. Undefined where a name is written with escapes. */
export function namesInText(text: string): StatementNames | undefined {
  if (/u&"/i.test(text)) return undefined
  const tokens = tokenize(text, true)
  const words = new Set<string>()
  const relations = new Set<string>()
  const operators = new Set(IMPLIED)
  for (const [at, token] of tokens.entries()) {
    // An operator may end before a sign: `= -1` needs no space.
    if (token.kind === 'symbol')
      for (let { text: own } = token; own !== ''; own = /[+-]$/.test(own) ? own.slice(0, -1) : '') operators.add(own)
    const names = namesOfToken(token)
    const before = tokens[at - 1]?.text === '.' ? namesOfToken(tokens[at - 2]) : []
    for (const name of names) {
      words.add(name)
      relations.add(quoteIdentifier(name))
      for (const schema of before) relations.add(`${quoteIdentifier(schema)}.${quoteIdentifier(name)}`)
    }
  }
  const isWriting = ['insert', 'update', 'delete', 'merge'].some(word => words.has(word))
  const isFilling = words.has('into') || words.has('default')
  return {
    functions: words,
    operators,
    types: words,
    relations,
    columns: words,
    written: isWriting ? relations : new Set(),
    targets: isFilling ? relations : new Set(),
  }
}

type Token = ReturnType<typeof tokenize>[number]

/** What a word may name. A database with an encoding of one byte a letter folds further letters. */
function namesOfToken(token: Token | undefined): readonly string[] {
  if (token?.kind === 'quoted') return [cutName(token.text.slice(1, -1).replaceAll('""', '"'))]
  if (token?.kind !== 'word') return []
  return [...new Set([foldName(token.text), token.text.toLowerCase()])].map(cutName)
}

function nameOf({ schemaname: schema, relname: relation }: Tree): string {
  return [schema, relation].flatMap(each => (typeof each === 'string' ? [quoteIdentifier(each)] : [])).join('.')
}
