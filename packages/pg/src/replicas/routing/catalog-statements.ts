import { OWN_STATEMENT } from '../../signals/own-statement.ts'

// One statement per kind of name. A name is looked up in every schema, whatever the search path: it is safe when each of its
// bearers is. Temporary tables of other sessions are among them.

/** Objects that belong to an extension. */
const fromExtension = (catalog: string, oid: string): string =>
  `EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = ${oid} AND x.deptype = 'e')`

/** Objects that initdb made have lower numbers; see FirstNormalObjectId in src/include/access/transam.h. */
const FIRST_OWN = 16_384

/** Types whose input runs nothing of anybody. */
const isPlainType = (type: string): string => `(${type}.oid < ${FIRST_OWN} AND ${type}.typtype IN ('b', 'r', 'm')
    OR ${type}.typtype = 'e' OR ${fromExtension('pg_type', `${type}.oid`)}
    OR ${type}.typtype = 'd' AND ${type}.typbasetype < ${FIRST_OWN}
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.contypid = ${type}.oid)
    OR ${type}.typtype = 'b' AND ${type}.typinput < ${FIRST_OWN} AND ${type}.typelem <> 0
      AND (SELECT e.typtype = 'e' OR e.oid < ${FIRST_OWN} FROM pg_type e WHERE e.oid = ${type}.typelem))`

/** Tables and views, with their partitions and children, which a read of them reads too. */
export const RELATIONS: string = `${OWN_STATEMENT} WITH RECURSIVE tree AS (
  SELECT c.oid, c.oid AS root FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = ANY($1::text[]) AND n.nspname <> 'information_schema' AND c.relkind NOT IN ('i', 'I', 't', 'c')
  UNION SELECT i.inhrelid, tree.root FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid
)
SELECT r.relname AS name,
  bool_and(c.relkind IN ('r', 'p', 'm', 'v') AND c.relpersistence = 'p' AND NOT c.relrowsecurity) AS is_plain,
  max(CASE WHEN r.relkind = 'v' THEN pg_get_viewdef(r.oid) END) AS view
FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_class r ON r.oid = tree.root GROUP BY r.oid, r.relname`

/**
 * Functions, aggregates with the functions that they are made of, and the text of those whose author is not Postgres or an extension. A
 * function of an extension that makes rows of a text, as `crosstab` does, may run it as a statement: 25, 1043 and 2275 are types of texts.
 */
export const FUNCTIONS: string = `${OWN_STATEMENT} SELECT p.proname AS name, p.prokind IN ('f', 'a', 'w') AND p.provolatile <> 'v'
  AND NOT (p.oid >= ${FIRST_OWN} AND p.proretset AND p.provolatile = 's' AND l.lanname = 'c'
    AND (25 = ANY (p.proargtypes) OR 1043 = ANY (p.proargtypes) OR 2275 = ANY (p.proargtypes)))
  AND (p.prokind <> 'a' OR NOT EXISTS (SELECT 1 FROM pg_aggregate a JOIN pg_proc f
    ON f.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
    WHERE a.aggfnoid = p.oid AND (f.provolatile = 'v' OR f.oid >= ${FIRST_OWN} AND NOT ${fromExtension('pg_proc', 'f.oid')})))
  AS is_stable,
  CASE WHEN p.oid < ${FIRST_OWN} OR p.prokind = 'a' OR ${fromExtension('pg_proc', 'p.oid')} THEN NULL
    WHEN l.lanname IN ('sql', 'plpgsql') AND p.prokind IN ('f', 'w') THEN pg_get_functiondef(p.oid) ELSE '' END AS source
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.proname = ANY($1::text[])`

/** Operators that are not Postgres's own, with the functions behind them. */
export const OPERATORS: string = `${OWN_STATEMENT} SELECT o.oprname AS name, f.proname AS function FROM pg_operator o
JOIN pg_proc f ON f.oid = o.oprcode
WHERE o.oprname = ANY($1::text[]) AND o.oid >= ${FIRST_OWN} AND NOT ${fromExtension('pg_operator', 'o.oid')}`

/**
 * Types, and the functions of casts to them that somebody has written. A word in the body of a function may name any type without a cast
 * to it: then a row type is harmless too whose columns are plain.
 */
export const TYPES: string = `${OWN_STATEMENT} SELECT t.typname AS name, ${isPlainType('t')} AS is_plain,
  ${isPlainType('t')} OR t.typtype = 'p' OR t.typtype = 'c' AND NOT EXISTS (SELECT 1 FROM pg_attribute c
    JOIN pg_type f ON f.oid = c.atttypid WHERE c.attrelid = t.typrelid AND c.attnum > 0 AND NOT ${isPlainType('f')}) AS is_harmless,
  ARRAY(SELECT f.proname::text FROM pg_cast k JOIN pg_proc f ON f.oid = k.castfunc
    WHERE k.casttarget = t.oid AND k.oid >= ${FIRST_OWN} AND NOT ${fromExtension('pg_cast', 'k.oid')}) AS functions
FROM pg_type t WHERE t.typname = ANY($1::text[])`

/** Functions that `row.name` calls where the row has no such column: their first argument is a row. */
export const ROW_FUNCTIONS: string = `${OWN_STATEMENT} SELECT DISTINCT p.proname AS name, p.proname AS function
FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0]
WHERE p.proname = ANY($1::text[]) AND p.pronargs >= 1 AND p.oid >= ${FIRST_OWN} AND t.typtype IN ('c', 'p', 'd')
AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)`

/** Functions that somebody has written. */
const isWritten = (alias: string): string =>
  `${alias}.oid >= ${FIRST_OWN} AND NOT ${fromExtension('pg_proc', `${alias}.oid`)}`

/**
 * What may run code without a trace in a statement's text: casts that happen by themselves, and comparisons behind `ORDER BY`, `IN` and
 * `DISTINCT` for which somebody has written a function. In the body of a function also casts at an assignment, and every operator: those
 * are not looked for in it. Also how strings are read: the grammar knows the standard way only.
 */
export const AMBIENT: string = `${OWN_STATEMENT} WITH unnamed AS (
  SELECT k.castfunc AS oid, k.castcontext <> 'i' AS is_of_body FROM pg_cast k WHERE k.castcontext IN ('i', 'a')
  UNION SELECT o.oprcode, false FROM pg_amop m JOIN pg_operator o ON o.oid = m.amopopr
  UNION SELECT m.amproc, false FROM pg_amproc m)
SELECT current_setting('standard_conforming_strings') = 'on' AND current_setting('server_encoding') = 'UTF8'
  AND NOT EXISTS (SELECT 1 FROM unnamed u JOIN pg_proc f ON f.oid = u.oid
    WHERE f.provolatile = 'v' AND f.oid >= ${FIRST_OWN} AND NOT u.is_of_body) AS is_plain,
  ARRAY(SELECT f.proname::text FROM unnamed u JOIN pg_proc f ON f.oid = u.oid
    WHERE ${isWritten('f')} AND NOT u.is_of_body) AS functions,
  ARRAY(SELECT '' || chr(10) || f.proname FROM unnamed u JOIN pg_proc f ON f.oid = u.oid WHERE ${isWritten('f')} AND u.is_of_body
    UNION SELECT o.oprname || chr(10) || f.proname FROM pg_operator o JOIN pg_proc f ON f.oid = o.oprcode
      WHERE ${isWritten('f')} AND o.oid >= ${FIRST_OWN}) AS of_bodies`
