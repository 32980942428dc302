import { OWN_STATEMENT } from '../../signals/own-statement.ts'

// One statement per kind of name. A name is looked up in every schema, whatever the search path: it is safe when each of its
// bearers is. Temporary tables of other sessions are among them.

/** Objects that belong to an extension. */
const fromExtension = (catalog: string, oid: string): string =>
  `EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = ${oid} AND x.deptype = 'e')`

/** Objects that initdb made have lower numbers; see FirstNormalObjectId in src/include/access/transam.h. */
const FIRST_OWN = 16_384

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

/** Functions, aggregates with the functions that they are made of, and the text of those whose author is not Postgres or an extension. */
export const FUNCTIONS: string = `${OWN_STATEMENT} SELECT p.proname AS name, p.prokind IN ('f', 'a', 'w') AND p.provolatile <> 'v'
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

/** Types, and the functions of casts to them that somebody has written. */
export const TYPES: string = `${OWN_STATEMENT} SELECT t.typname AS name,
  (t.oid < ${FIRST_OWN} AND t.typtype IN ('b', 'r', 'm') OR t.typtype = 'e' OR ${fromExtension('pg_type', 't.oid')}
    OR t.typtype = 'd' AND t.typbasetype < ${FIRST_OWN}
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.contypid = t.oid)
    OR t.typtype = 'b' AND t.typinput < ${FIRST_OWN} AND t.typelem <> 0
      AND (SELECT e.typtype = 'e' OR e.oid < ${FIRST_OWN} FROM pg_type e WHERE e.oid = t.typelem)) AS is_plain,
  ARRAY(SELECT f.proname::text FROM pg_cast k JOIN pg_proc f ON f.oid = k.castfunc
    WHERE k.casttarget = t.oid AND k.oid >= ${FIRST_OWN} AND NOT ${fromExtension('pg_cast', 'k.oid')}) AS functions
FROM pg_type t WHERE t.typname = ANY($1::text[])`

/** Functions that `row.name` calls where the row has no such column: their first argument is a row. */
export const ROW_FUNCTIONS: string = `${OWN_STATEMENT} SELECT DISTINCT p.proname AS name, p.proname AS function
FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0]
WHERE p.proname = ANY($1::text[]) AND p.pronargs >= 1 AND p.oid >= ${FIRST_OWN} AND t.typtype IN ('c', 'p', 'd')
AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)`

/**
 * What may run code without a trace in a statement's text: casts that happen by themselves, and comparisons behind `ORDER BY`, `IN` and
 * `DISTINCT` for which somebody has written a volatile function. Also how strings are read: the grammar knows the standard way only.
 */
export const AMBIENT: string = `${OWN_STATEMENT} SELECT current_setting('standard_conforming_strings') = 'on'
  AND current_setting('server_encoding') = 'UTF8'
  AND NOT EXISTS (SELECT 1 FROM pg_cast k JOIN pg_proc f ON f.oid = k.castfunc
    WHERE k.castcontext = 'i' AND f.provolatile = 'v' AND f.oid >= ${FIRST_OWN})
  AND NOT EXISTS (SELECT 1 FROM pg_amop m JOIN pg_operator o ON o.oid = m.amopopr JOIN pg_proc f ON f.oid = o.oprcode
    WHERE f.provolatile = 'v' AND f.oid >= ${FIRST_OWN})
  AND NOT EXISTS (SELECT 1 FROM pg_amproc m JOIN pg_proc f ON f.oid = m.amproc
    WHERE f.provolatile = 'v' AND f.oid >= ${FIRST_OWN}) AS is_plain`
