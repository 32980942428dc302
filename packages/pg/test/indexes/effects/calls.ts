import { IMMUTABLE, STABLE, TABLE, tick, type Form } from './form.ts'

const WRAPPED = `CREATE TYPE wrapped AS (n int)`

/** Calls that a statement makes, or has made for it by casts and operators. */
export const CALLS: readonly Form[] = [
  { name: 'an immutable call', setup: [IMMUTABLE, TABLE], text: 'SELECT * FROM t WHERE ref = f(5)' },
  { name: 'a stable call', setup: [STABLE, TABLE], text: 'SELECT * FROM t WHERE ref = f(5)' },
  {
    name: 'a call with a bound value',
    setup: [IMMUTABLE, TABLE],
    text: 'SELECT * FROM t WHERE ref = f($1)',
    values: [5],
  },
  {
    name: 'a call without values',
    setup: [IMMUTABLE, TABLE],
    text: 'SELECT * FROM t WHERE ref = f() AND id > $1',
    values: ['x'.repeat(9_000)],
  },
  {
    name: 'a quoted name',
    setup: [tick('IMMUTABLE', '"Odd name"'), TABLE],
    text: 'SELECT * FROM t WHERE ref = "Odd name"(5)',
  },
  { name: 'a name in capitals', setup: [IMMUTABLE, TABLE], text: 'SELECT * FROM t WHERE ref = F(5)' },
  { name: 'a name with escapes', setup: [IMMUTABLE, TABLE], text: 'SELECT * FROM t WHERE ref = U&"\\0066"(5)' },
  {
    name: 'a name that is cut',
    setup: [tick('IMMUTABLE', 'f'.repeat(63)), TABLE],
    text: `SELECT * FROM t WHERE ref = ${'f'.repeat(70)}(5)`,
  },
  {
    name: 'a name beyond ASCII',
    setup: [tick('IMMUTABLE', 'É\u00a0€'), TABLE],
    text: 'SELECT * FROM t WHERE ref = É\u00a0€(5)',
  },
  {
    name: 'a call behind a backslash',
    setup: [IMMUTABLE, TABLE],
    text: "SELECT * FROM t WHERE '\\'='\\'and ref = f(5)",
  },
  { name: 'a call with notation by name', setup: [IMMUTABLE, TABLE], text: 'SELECT * FROM t WHERE ref = f(n => 5)' },
  {
    name: 'a method of a row',
    setup: [TABLE, 'CREATE FUNCTION f(t) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN 5; END$f$'],
    text: 'SELECT * FROM t WHERE ref = (NULL::t).f',
  },
  { name: 'a select list', setup: [IMMUTABLE, TABLE], text: 'SELECT f(1), id FROM t WHERE ref = 5' },
  { name: 'a limit', setup: [STABLE, TABLE], text: 'SELECT id FROM t WHERE ref = 5 LIMIT f(1)' },
  { name: 'a function in FROM', setup: [IMMUTABLE, TABLE], text: 'SELECT t.id FROM t, f(5) x WHERE ref = x' },
  {
    name: 'a common table',
    setup: [IMMUTABLE, TABLE],
    text: 'WITH x AS (SELECT f(5) AS n) SELECT t.id FROM t, x WHERE ref = x.n',
  },
  {
    name: 'a set-returning function with a condition',
    setup: [IMMUTABLE, TABLE],
    text: 'SELECT t.id FROM t JOIN generate_series(1, f(5)) s ON s = t.ref',
  },
  {
    name: 'a default of an argument',
    setup: [
      IMMUTABLE,
      'CREATE FUNCTION outer_one(n int, m int DEFAULT f(5)) RETURNS int LANGUAGE plpgsql VOLATILE AS $f$BEGIN RETURN n; END$f$',
      TABLE,
    ],
    text: 'SELECT outer_one(1) FROM t WHERE ref = 5',
  },
  {
    name: 'a function in SQL that is put in line',
    setup: [IMMUTABLE, 'CREATE FUNCTION lined(int) RETURNS int LANGUAGE sql AS $f$SELECT f($1)$f$', TABLE],
    text: 'SELECT * FROM t WHERE ref = lined(5)',
  },
  {
    name: 'a function of rows in SQL that is put in line',
    setup: [
      IMMUTABLE,
      TABLE,
      'CREATE FUNCTION rows() RETURNS SETOF t LANGUAGE sql STABLE AS $f$SELECT * FROM t WHERE ref = f(5)$f$',
    ],
    text: 'SELECT * FROM rows() WHERE kind = 1',
  },
  {
    name: 'a body that was parsed before',
    setup: [IMMUTABLE, 'CREATE FUNCTION lined(n int) RETURNS int LANGUAGE sql RETURN f(n)', TABLE],
    text: 'SELECT * FROM t WHERE ref = lined(5)',
  },
  {
    name: 'an operator',
    setup: [IMMUTABLE, 'CREATE OPERATOR ##> (RIGHTARG = int, FUNCTION = f)', TABLE],
    text: 'SELECT * FROM t WHERE ref = ##> 5',
  },
  {
    name: 'an operator in front of a sign',
    setup: [
      'CREATE FUNCTION f(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN true; END$f$',
      'CREATE OPERATOR <<< (LEFTARG = int, RIGHTARG = int, FUNCTION = f)',
      TABLE,
    ],
    text: 'SELECT * FROM t WHERE 5<<<-5 AND ref = 5',
  },
  {
    name: 'an operator with a name of a backtick',
    setup: [IMMUTABLE, 'CREATE OPERATOR ``# (RIGHTARG = int, FUNCTION = f)', TABLE],
    text: 'SELECT * FROM t WHERE ref = ``# 5',
  },
  {
    name: 'an operator with a schema',
    setup: [IMMUTABLE, 'CREATE OPERATOR ##> (RIGHTARG = int, FUNCTION = f)', TABLE],
    text: 'SELECT * FROM t WHERE ref = OPERATOR(##>) 5',
  },
  {
    name: 'a cast that is written',
    setup: [
      WRAPPED,
      'CREATE FUNCTION f(wrapped) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN 5; END$f$',
      'CREATE CAST (wrapped AS int) WITH FUNCTION f(wrapped)',
      TABLE,
    ],
    text: 'SELECT * FROM t WHERE ref = CAST(ROW(5)::wrapped AS int)',
  },
  {
    name: 'a cast as a function',
    setup: [
      WRAPPED,
      'CREATE FUNCTION f(int) RETURNS wrapped LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN ROW($1)::wrapped; END$f$',
      'CREATE CAST (int AS wrapped) WITH FUNCTION f(int)',
      TABLE,
    ],
    text: 'SELECT * FROM t WHERE ref = (wrapped(5)).n',
  },
  {
    name: 'a cast that happens by itself',
    setup: [
      WRAPPED,
      'CREATE FUNCTION f(wrapped) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN 5; END$f$',
      'CREATE CAST (wrapped AS int) WITH FUNCTION f(wrapped) AS IMPLICIT',
      TABLE,
    ],
    text: 'SELECT * FROM t WHERE ref = ROW(5)::wrapped',
  },
  {
    name: 'a cast at an assignment',
    setup: [
      WRAPPED,
      'CREATE FUNCTION f(int) RETURNS wrapped LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN ROW($1)::wrapped; END$f$',
      'CREATE CAST (int AS wrapped) WITH FUNCTION f(int) AS ASSIGNMENT',
      TABLE,
      'CREATE TABLE target (id int, w wrapped)',
    ],
    text: 'INSERT INTO target SELECT id, 5 FROM t WHERE ref = 5',
  },
]
