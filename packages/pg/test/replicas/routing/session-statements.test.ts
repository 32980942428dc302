import { beforeAll, expect, it } from 'vitest'
import { loadGrammar, type Grammar } from '../../../src/grammar.ts'
import { changesCatalog } from '../../../src/replicas/pool/calling-forms.ts'
import { sessionChangeIn } from '../../../src/replicas/routing/session-statements.ts'

let grammar: Grammar
beforeAll(async () => void (grammar = (await loadGrammar())!))

it.each([
  ['SET search_path TO a, b', ['search_path'], []],
  ['  -- why\n /* and * how */ set session Search_Path = a', ['search_path'], []],
  ["UPDATE t SET a = 1; SET TIME ZONE 'UTC'", ['timezone'], []],
  ['SET ROLE x', ['role'], []],
  ['SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY', ['session characteristics'], []],
  ["SELECT set_config('search_path', $1, false)", ['*'], []],
  ["WITH a AS (SELECT pg_catalog.set_config ('x.y', 'true', $2)) SELECT 1", ['*'], []],
  ['RESET search_path', [], ['search_path']],
  ['SET search_path TO DEFAULT', [], ['search_path']],
  ['RESET ALL', [], ['all']],
  ['DISCARD ALL', [], ['everything']],
  ['BEGIN', [], []],
  ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE', [], []],
  ["SELECT ';/*/* **/SET a = 1'; /**/--;\n\t/* ; * /-- **/SET b = 1", ['b'], []],
  ['/* x */ BEGIN; INSERT INTO t VALUES (1)', [], []],
])('%s changes the session', (text, sets, resets) => {
  expect(sessionChangeIn(text, grammar)).toEqual({ sets, resets })
})

it.each([
  'SELECT 1',
  'UPDATE t\nSET a = 1',
  'UPDATE t /* x */ SET a = 1',
  "INSERT INTO notes VALUES ('a; set b = 1')",
  'SET LOCAL search_path TO a',
  'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
  'SET CONSTRAINTS ALL DEFERRED',
  "SELECT set_config('app.user', $1, true)",
  'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ DECLARE a int; BEGIN RETURN 1; END $$',
  'COMMIT',
  'DISCARD TEMP',
  `SELECT ${'/* a */ '.repeat(500)}1`,
  `${'/* a */ '.repeat(500)}SELECT 1`,
])('%s leaves the session as it is', text => {
  expect(sessionChangeIn(text, grammar)).toBeUndefined()
})

it('does not trust a text that the grammar does not read', () => {
  expect(sessionChangeIn(`SET a = '${'x'.repeat(10_000)}'`, grammar)).toEqual({ sets: ['*'], resets: [] })
})

it.each([`';/*`, `';--`, '\n', ' ', ';', '/* a */', '*/;/*', '-- a\n', ';/**/', 'set_config '])(
  'reads a text of many %j once',
  part => {
    const text = part.repeat(10_000_000 / part.length)
    expect(sessionChangeIn(text, grammar)).toBeUndefined()
    expect(sessionChangeIn(`;${text}`, grammar)).toBeUndefined()
    expect(changesCatalog(text)).toBe(false)
    expect(changesCatalog(`;${text}`)).toBe(false)
  },
)
