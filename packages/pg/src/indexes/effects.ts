import type { Tree } from '../grammar.ts'
import { tokenize } from '../signals/sql-tokens.ts'
import { quoteIdentifier } from './print.ts'
import type { Server } from './server.ts'
import { fieldsOf, namesOf, operatorOf, walk } from './tree.ts'

/** Objects that initdb made have lower numbers; see FirstNormalObjectId in src/include/access/transam.h. */
const FIRST_OWN = 16_384

/** These of Postgres itself take a transaction id or read what their argument names, and do not count as volatile. */
const DENIED = /^(?:txid_current|pg_current_xact_id)(?:$|_if)|_to_xml/

/**
 * What planning may run of the functions that somebody has written: those that are declared STABLE or IMMUTABLE, whatever they do, and
 * volatile ones in SQL, whose body planning may put in their place. Found behind calls, operators, casts, views, policies and defaults.
 */
const OWN = `WITH RECURSIVE own AS (
  SELECT p.oid, p.proname, p.proargtypes[0] AS first FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE p.oid >= ${FIRST_OWN} AND (p.provolatile <> 'v' OR l.lanname = 'sql')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid AND x.deptype = 'e')
), rules AS (
  SELECT 'pg_catalog.pg_rewrite'::regclass AS class, oid, ev_class AS owner FROM pg_catalog.pg_rewrite
  UNION ALL SELECT 'pg_catalog.pg_policy'::regclass, oid, polrelid FROM pg_catalog.pg_policy
), read AS (
  SELECT pg_catalog.to_regclass(name)::oid AS oid, name = ANY($5::text[]) AS written FROM unnest($4::text[]) name
  UNION SELECT d.refobjid, read.written FROM read JOIN rules r ON r.owner = read.oid
  JOIN pg_catalog.pg_depend d ON d.classid = r.class AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
), parts AS (
  SELECT r.class, r.oid FROM read JOIN rules r ON r.owner = read.oid
  UNION ALL SELECT 'pg_catalog.pg_constraint'::regclass, k.oid FROM read JOIN pg_catalog.pg_constraint k ON k.conrelid = read.oid
  UNION ALL SELECT 'pg_catalog.pg_attrdef'::regclass, f.oid FROM read JOIN pg_catalog.pg_attrdef f ON f.adrelid = read.oid WHERE read.written
)
SELECT proname::text AS name FROM own WHERE proname = ANY($1::text[])
UNION ALL SELECT proname::text FROM own JOIN pg_catalog.pg_type t ON t.oid = own.first AND t.typtype = 'c' WHERE proname = ANY($6::text[])
UNION ALL SELECT own.proname::text FROM own JOIN pg_catalog.pg_operator o ON own.oid IN (o.oprcode, o.oprrest, o.oprjoin) WHERE o.oprname = ANY($2::text[])
UNION ALL SELECT own.proname::text FROM own JOIN pg_catalog.pg_cast k ON k.castfunc = own.oid JOIN pg_catalog.pg_type t ON t.oid = k.casttarget
  WHERE k.castcontext = 'i' OR t.typname = ANY($3::text[])
UNION ALL SELECT own.proname::text FROM parts JOIN pg_catalog.pg_depend d ON d.classid = parts.class AND d.objid = parts.oid
  AND d.refclassid = 'pg_catalog.pg_proc'::regclass JOIN own ON own.oid = d.refobjid
LIMIT 1`

/** The names in a statement behind which a function may be called. */
export interface StatementNames {
  readonly functions: ReadonlySet<string>
  readonly operators: ReadonlySet<string>
  readonly types: ReadonlySet<string>
  /** Quoted, with their schemas where they are given. */
  readonly relations: ReadonlySet<string>
  readonly columns: ReadonlySet<string>
  /** Those of the relations whose defaults may be planned: rows go into them. */
  readonly targets: ReadonlySet<string>
}

/** Operators that stand behind IN, BETWEEN, ORDER BY and DISTINCT. */
const IMPLIED = ['=', '<', '>', '<=', '>=', '<>', '~~']

/**
 * A function that planning the statement may run and that may have effects; undefined where there is none. Planning runs what it can
 * to know the value of an expression, also without the values of parameters.
 */
export async function functionWithEffects(server: Server, names: StatementNames): Promise<string | undefined> {
  const denied = [...names.functions].find(name => DENIED.test(name))
  if (denied !== undefined) return denied
  const lists = [names.functions, names.operators, names.types, names.relations].map(each => [...each])
  const [row] = await server.query(OWN, [...lists, [...names.targets], [...names.columns]])
  return row === undefined ? undefined : String(row['name'])
}

export function namesInTree(statement: Tree): StatementNames {
  const functions = new Set<string>()
  const operators = new Set(IMPLIED)
  const types = new Set<string>()
  const relations = new Set<string>()
  const columns = new Set<string>()
  const targets = new Set<string>()
  walk(statement, ({ kind, fields }) => {
    if (kind === 'FuncCall') functions.add(namesOf(fields['funcname']).at(-1) ?? '')
    if (kind === 'A_Expr') operators.add(operatorOf(fields))
    if (kind === 'SubLink') operators.add(namesOf(fields['operName']).at(-1) ?? '=')
    if (kind === 'SortBy') operators.add(namesOf(fields['useOp']).at(-1) ?? '<')
    if (kind === 'TypeCast') types.add(namesOf(fieldsOf(fields['typeName'])['names']).at(-1) ?? '')
    if (kind === 'ColumnRef') columns.add(namesOf(fields['fields']).at(-1) ?? '')
    if (kind === 'A_Indirection') for (const name of namesOf(fields['indirection'])) columns.add(name)
    if (kind === 'RangeVar') relations.add(nameOf(fields))
    const target = fieldsOf(fields['relation'])
    if (typeof target['relname'] === 'string') relations.add(nameOf(target))
    if (/^(?:Insert|Merge)Stmt$/.test(kind) || (kind === 'UpdateStmt' && setsDefault(fields)))
      targets.add(nameOf(target))
    return true
  })
  return { functions, operators, types, relations, columns, targets }
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
  return { functions: none, operators: new Set(['=']), types: none, relations, columns: none, targets: none }
}

/** The same without the grammar: any word may be any name. */
export function namesInText(text: string): StatementNames {
  const tokens = tokenize(text)
  const words = new Set<string>()
  const relations = new Set<string>()
  const operators = new Set(IMPLIED)
  for (const [at, { kind, text: own }] of tokens.entries()) {
    if (kind === 'symbol') operators.add(own)
    if (kind !== 'word' && kind !== 'quoted') continue
    const name = kind === 'word' ? own.toLowerCase() : own.slice(1, -1).replaceAll('""', '"')
    words.add(name)
    relations.add(quoteIdentifier(name))
    const before = tokens[at - 2]
    if (tokens[at - 1]?.text === '.' && (before?.kind === 'word' || before?.kind === 'quoted'))
      relations.add(
        `${before.kind === 'word' ? quoteIdentifier(before.text.toLowerCase()) : before.text}.${quoteIdentifier(name)}`,
      )
  }
  const isWriting = words.has('into') || words.has('default')
  return {
    functions: words,
    operators,
    types: words,
    relations,
    columns: words,
    targets: isWriting ? relations : new Set(),
  }
}

function nameOf({ schemaname: schema, relname: relation }: Tree): string {
  return [schema, relation].flatMap(each => (typeof each === 'string' ? [quoteIdentifier(each)] : [])).join('.')
}

/** The names among these, as an expression uses them, whose result depends on nothing but their arguments, whatever the types. */
export async function immutableFunctions(server: Server, names: readonly string[]): Promise<ReadonlySet<string>> {
  const text = `SELECT proname::text AS name FROM pg_catalog.pg_proc WHERE proname = ANY($1::text[]) GROUP BY proname
    HAVING bool_and(provolatile = 'i' AND oid < ${FIRST_OWN})`
  const rows = names.length === 0 ? [] : await server.query(text, [[...names]])
  return new Set(rows.map(row => String(row['name'])))
}
