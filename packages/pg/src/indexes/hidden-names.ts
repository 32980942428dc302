import type { Server } from './server.ts'

/**
 * What would run in the place of Postgres's own where our questions are asked: operators over its types, and types with the names of its
 * types, as `search_path` finds them. All is written out, down to the operators, since nothing else is sure to be what it looks like.
 * Those of extensions are left out, as their functions are: intarray has some over lists of numbers, of which our questions have none.
 * 16,384 is FirstNormalObjectId, the first that is not made by initdb.
 */
const HIDING = `SELECT p.proname::pg_catalog.text AS name FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) o.oprcode
WHERE o.oid OPERATOR(pg_catalog.>=) '16384'::pg_catalog.oid AND o.oprleft OPERATOR(pg_catalog.<) '16384'::pg_catalog.oid AND o.oprright OPERATOR(pg_catalog.<) '16384'::pg_catalog.oid
AND o.oprname OPERATOR(pg_catalog.=) ANY ('{=,<>,<,>,<=,>=,~~,!~~,||,-,+,&,->,->>}'::pg_catalog.name[]) AND pg_catalog.pg_operator_is_visible(o.oid)
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_operator'::pg_catalog.regclass AND x.objid OPERATOR(pg_catalog.=) o.oid AND x.deptype OPERATOR(pg_catalog.=) 'e')
UNION ALL SELECT t.typname::pg_catalog.text FROM pg_catalog.pg_type t WHERE t.oid OPERATOR(pg_catalog.>=) '16384'::pg_catalog.oid
AND t.typname OPERATOR(pg_catalog.=) ANY ('{text,oid,name,regclass}'::pg_catalog.name[]) AND pg_catalog.pg_type_is_visible(t.oid)`

/** The name of something of the application's that our own questions would run; undefined where they mean what they say. */
export async function hidingName(server: Server): Promise<string | undefined> {
  const [row] = await server.query(HIDING)
  return row && String(row['name'])
}
