import { quoteIdentifier } from './print.ts'
import type { Row, Server } from './server.ts'
import type { StatementNames } from './statement-names.ts'
import type { Called } from './table-use.ts'
import { tokenize } from '../signals/sql-tokens.ts'

/** Objects that initdb made have lower numbers; see FirstNormalObjectId in src/include/access/transam.h. */
const FIRST_OWN = 16_384

/** These of Postgres itself take a transaction id or read what their argument names, and do not count as volatile. */
const DENIED = /^(?:txid_current|pg_current_xact_id)(?:$|_if)|_to_xml/

/**
 * The functions that somebody has written and that planning may run: those that are declared STABLE or IMMUTABLE, whatever they do, and
 * volatile ones in SQL, whose body planning may put in their place.
 */
const OWN = `own AS (
  SELECT p.oid, p.proname, p.prosrc, l.lanname = 'sql' AS is_sql FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE p.oid >= ${FIRST_OWN} AND (p.provolatile <> 'v' OR l.lanname = 'sql')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = p.oid AND x.deptype = 'e')
)`

/**
 * All that a statement may reach by its names, and by what those depend on: the views, policies, rules and children of tables, the
 * operators and classes of operators of indexes and partitions, the constraints of domains, the defaults of arguments, casts that happen
 * by themselves. Parameters: functions, operators, types, relations, relations that are written, those that rows go into, columns.
 */
const REACHED = `named AS (
  SELECT pg_catalog.to_regclass(name)::oid AS oid, name = ANY($5::text[]) AS is_written, name = ANY($6::text[]) AS is_filled FROM pg_catalog.unnest($4::text[]) name
), filled AS (
  SELECT oid, is_filled FROM named WHERE is_written OR is_filled
  UNION SELECT e.oid, e.is_filled FROM filled CROSS JOIN LATERAL (
    SELECT d.refobjid AS oid, filled.is_filled OR r.ev_type <> '1' AS is_filled FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d ON d.objid = r.oid
    WHERE r.ev_class = filled.oid AND d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
    UNION ALL SELECT x.inhrelid, filled.is_filled FROM pg_catalog.pg_inherits x WHERE x.inhparent = filled.oid) e
), reached AS (
  SELECT 'pg_catalog.pg_class'::regclass::oid AS class, named.oid FROM named WHERE named.oid IS NOT NULL
  UNION ALL SELECT 'pg_catalog.pg_proc'::regclass, p.oid FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]
    WHERE p.oid >= ${FIRST_OWN} AND (p.proname = ANY($1::text[]) OR p.proname = ANY($7::text[]) AND t.typtype = 'c')
  UNION ALL SELECT 'pg_catalog.pg_operator'::regclass, oid FROM pg_catalog.pg_operator WHERE oid >= ${FIRST_OWN} AND oprname = ANY($2::text[])
  UNION ALL SELECT 'pg_catalog.pg_type'::regclass, oid FROM pg_catalog.pg_type WHERE oid >= ${FIRST_OWN} AND typname = ANY($3::text[])
  UNION ALL SELECT 'pg_catalog.pg_cast'::regclass, k.oid FROM pg_catalog.pg_cast k JOIN pg_catalog.pg_type t ON t.oid = k.casttarget
    WHERE k.oid >= ${FIRST_OWN} AND (k.castcontext = 'i' OR k.castcontext = 'a' AND pg_catalog.cardinality($5::text[]) > 0 OR t.typname = ANY($3::text[]))
  UNION ALL SELECT 'pg_catalog.pg_attrdef'::regclass, f.oid FROM filled JOIN pg_catalog.pg_attrdef f ON f.adrelid = filled.oid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    WHERE filled.is_filled OR a.attgenerated <> ''
  UNION SELECT e.class, e.oid FROM reached r CROSS JOIN LATERAL (
    SELECT d.refclassid AS class, d.refobjid AS oid FROM pg_catalog.pg_depend d WHERE d.classid = r.class AND d.objid = r.oid AND (
      d.refclassid IN ('pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_class'::regclass, 'pg_catalog.pg_opclass'::regclass, 'pg_catalog.pg_opfamily'::regclass)
      OR d.refclassid = 'pg_catalog.pg_proc'::regclass AND r.class <> 'pg_catalog.pg_class'::regclass)
    UNION ALL SELECT 'pg_catalog.pg_rewrite'::regclass, x.oid FROM pg_catalog.pg_rewrite x WHERE r.class = 'pg_catalog.pg_class'::regclass AND x.ev_class = r.oid
    UNION ALL SELECT 'pg_catalog.pg_policy'::regclass, x.oid FROM pg_catalog.pg_policy x WHERE r.class = 'pg_catalog.pg_class'::regclass AND x.polrelid = r.oid
    UNION ALL SELECT 'pg_catalog.pg_class'::regclass, x.inhrelid FROM pg_catalog.pg_inherits x WHERE r.class = 'pg_catalog.pg_class'::regclass AND x.inhparent = r.oid
    UNION ALL SELECT 'pg_catalog.pg_opclass'::regclass, c.oid FROM pg_catalog.pg_index x JOIN pg_catalog.pg_opclass c ON c.oid = ANY(x.indclass)
      WHERE r.class = 'pg_catalog.pg_class'::regclass AND x.indrelid = r.oid AND c.oid >= ${FIRST_OWN}
    UNION ALL SELECT 'pg_catalog.pg_type'::regclass, d.refobjid FROM pg_catalog.pg_index x JOIN pg_catalog.pg_depend d ON d.classid = r.class AND d.objid = x.indexrelid
      WHERE r.class = 'pg_catalog.pg_class'::regclass AND x.indrelid = r.oid AND d.refclassid = 'pg_catalog.pg_type'::regclass
    UNION ALL SELECT 'pg_catalog.pg_constraint'::regclass, x.oid FROM pg_catalog.pg_constraint x WHERE r.class = 'pg_catalog.pg_type'::regclass AND x.contypid = r.oid
    UNION ALL SELECT 'pg_catalog.pg_class'::regclass, x.typrelid FROM pg_catalog.pg_type x WHERE r.class = 'pg_catalog.pg_type'::regclass AND x.oid = r.oid AND x.typrelid <> 0
    UNION ALL SELECT 'pg_catalog.pg_opclass'::regclass, x.oid FROM pg_catalog.pg_opclass x WHERE r.class = 'pg_catalog.pg_type'::regclass AND x.opcintype = r.oid
    UNION ALL SELECT 'pg_catalog.pg_proc'::regclass, x.amproc FROM pg_catalog.pg_amproc x WHERE r.class = 'pg_catalog.pg_opfamily'::regclass AND x.amprocfamily = r.oid
    UNION ALL SELECT 'pg_catalog.pg_operator'::regclass, x.amopopr FROM pg_catalog.pg_amop x WHERE r.class = 'pg_catalog.pg_opfamily'::regclass AND x.amopfamily = r.oid
  ) e
)`

const CALLED = `WITH RECURSIVE ${OWN}, ${REACHED}
SELECT own.proname::text AS name FROM reached JOIN own ON reached.class = 'pg_catalog.pg_proc'::regclass AND own.oid = reached.oid LIMIT 1`

/** What running calls beside that: functions whose result changes between two calls, whoever has written them. */
const RUN = `WITH RECURSIVE ${REACHED}
SELECT p.proname::text AS name FROM pg_catalog.pg_proc p WHERE p.oid < ${FIRST_OWN} AND p.provolatile = 'v' AND p.proname = ANY($1::text[])
UNION ALL SELECT p.proname::text FROM reached JOIN pg_catalog.pg_proc p ON reached.class = 'pg_catalog.pg_proc'::regclass AND p.oid = reached.oid
WHERE p.provolatile = 'v'
  OR p.oid >= ${FIRST_OWN} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend x WHERE x.classid = reached.class AND x.objid = p.oid AND x.deptype = 'e') LIMIT 1`

/**
 * Expressions that planning simplifies although the statement does not call them: of indexes, checks, statistics and partitions. Where each
 * call in one has a column for an argument, there is nothing to run.
 */
const SIMPLIFIED = `WITH RECURSIVE ${OWN}, ${REACHED}, parts AS (
  SELECT i.indrelid AS relation, 'pg_catalog.pg_class'::regclass::oid AS class, i.indexrelid AS oid FROM pg_catalog.pg_index i
  UNION ALL SELECT k.conrelid, 'pg_catalog.pg_constraint'::regclass, k.oid FROM pg_catalog.pg_constraint k WHERE k.contype = 'c'
  UNION ALL SELECT s.stxrelid, 'pg_catalog.pg_statistic_ext'::regclass, s.oid FROM pg_catalog.pg_statistic_ext s
  UNION ALL SELECT p.partrelid, 'pg_catalog.pg_class'::regclass, p.partrelid FROM pg_catalog.pg_partitioned_table p
)
SELECT own.proname::text AS name, CASE parts.class WHEN 'pg_catalog.pg_constraint'::regclass THEN pg_catalog.pg_get_constraintdef(parts.oid)
  WHEN 'pg_catalog.pg_statistic_ext'::regclass THEN pg_catalog.pg_get_statisticsobjdef(parts.oid)
  ELSE COALESCE(pg_catalog.pg_get_indexdef(parts.oid), pg_catalog.pg_get_partkeydef(parts.oid)) END AS text,
  ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = parts.relation AND a.attnum > 0)::text[] AS columns,
  (d.refclassid <> 'pg_catalog.pg_proc'::regclass OR own.is_sql AND EXISTS (SELECT 1 FROM own o WHERE o.oid <> own.oid AND pg_catalog.strpos(own.prosrc, o.proname::text) > 0)
    OR EXISTS (SELECT 1 FROM pg_catalog.pg_depend n JOIN own o ON o.oid = n.refobjid
      WHERE n.classid = 'pg_catalog.pg_proc'::regclass AND n.objid = own.oid AND n.refclassid = 'pg_catalog.pg_proc'::regclass))::text AS nested
FROM reached r JOIN parts ON r.class = 'pg_catalog.pg_class'::regclass AND parts.relation = r.oid
JOIN pg_catalog.pg_depend d ON d.classid = parts.class AND d.objid = parts.oid
LEFT JOIN pg_catalog.pg_operator o ON d.refclassid = 'pg_catalog.pg_operator'::regclass AND o.oid = d.refobjid
JOIN own ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND own.oid = d.refobjid OR own.oid = o.oprcode`

/**
 * A function that planning the statement may run and that may have effects; undefined where there is none. Planning runs what it can
 * to know the value of an expression, also without the values of parameters.
 */
export async function functionWithEffects(server: Server, names: StatementNames): Promise<string | undefined> {
  const denied = [...names.functions].find(name => DENIED.test(name))
  if (denied !== undefined) return denied
  const lists = listsOf(names)
  const [row] = await server.query(CALLED, lists)
  if (row !== undefined) return String(row['name'])
  const found = (await server.query(SIMPLIFIED, lists)).find(isRunWhilePlanning)
  return found && String(found['name'])
}

/** A function that running an expression may call and that may have effects, beyond those that planning it may run. */
export async function functionRun(server: Server, names: StatementNames): Promise<string | undefined> {
  const [row] = await server.query(RUN, listsOf(names))
  return row && String(row['name'])
}

function listsOf({ functions, operators, types, relations, written, targets, columns }: StatementNames): string[][] {
  return [functions, operators, types, relations, written, targets, columns].map(each => [...each])
}

function isRunWhilePlanning({ name, text, columns, nested }: Row): boolean {
  return nested === 'true' || !hasColumnInEachCall(String(text), String(name), new Set(columns as readonly string[]))
}

/** @param columns - of the table, without quotes */
function hasColumnInEachCall(text: string, name: string, columns: ReadonlySet<string>): boolean {
  const tokens = tokenize(text, true)
  const [own, quoted] = [name, quoteIdentifier(name)]
  let calls = 0
  for (const [at, token] of tokens.entries()) {
    if ((token.text !== own && token.text !== quoted) || tokens[at + 1]?.text !== '(') continue
    calls++
    let depth = 0
    let hasColumn = false
    for (const { kind, text: part } of tokens.slice(at + 1)) {
      if (part === '(') depth++
      if (part === ')' && --depth === 0) break
      hasColumn ||= columns.has(kind === 'quoted' ? part.slice(1, -1).replaceAll('""', '"') : part)
    }
    if (!hasColumn) return false
  }
  // A cast is printed without the name of its function.
  return calls > 0
}

/** Selects the calls whose result depends only on their arguments. */
export async function immutableFunctions(server: Server, called: readonly Called[]): Promise<ReadonlySet<Called>> {
  if (called.length === 0) return new Set()
  const types = called.map(each => each.types.map(type => type ?? '?').join())
  const rows = await server.query(IMMUTABLE, [called.map(({ name }) => name), types])
  return new Set(rows.map(({ n }) => called[Number(n) - 1]!))
}

/**
 * Judges the overloads with exactly these types, if there are any, else all with as many arguments. A date that is given
 * for a `timestamptz` is cast by the time zone of the session.
 */
const IMMUTABLE = `WITH called AS (SELECT c.n, c.name, pg_catalog.string_to_array(c.types, ',') AS types
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS c (name, types, n)),
overloads AS (SELECT called.n, p.provolatile = 'i' AND p.prokind = 'f' AND NOT p.proretset AND p.oid < ${FIRST_OWN} AND NOT EXISTS (
    SELECT FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (type, at) JOIN pg_catalog.pg_type y ON y.oid = t.type
    WHERE y.typname IN ('timestamptz', 'timetz') AND y.typname <> COALESCE(called.types[t.at::int], '')) AS fits,
  p.pronargs = pg_catalog.cardinality(called.types) AND NOT EXISTS (
    SELECT FROM pg_catalog.unnest(called.types) WITH ORDINALITY AS t (name, at) JOIN pg_catalog.pg_type y ON y.oid = p.proargtypes[t.at::int - 1]
    WHERE t.name NOT IN ('?', y.typname)) AS matches
  FROM called JOIN pg_catalog.pg_proc p ON p.proname = called.name AND (p.provariadic <> 0
    OR pg_catalog.cardinality(called.types) BETWEEN p.pronargs - p.pronargdefaults AND p.pronargs))
SELECT n::text AS n FROM overloads GROUP BY n
HAVING CASE WHEN pg_catalog.bool_or(matches) THEN pg_catalog.bool_and(fits) FILTER (WHERE matches) ELSE pg_catalog.bool_and(fits) END`
