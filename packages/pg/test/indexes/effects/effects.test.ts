import { describe, expect, it } from 'vitest'
import { functionWithEffects } from '../../../src/indexes/effects.ts'
import { namesInText } from '../../../src/indexes/statement-names.ts'
import { ExaminedDatabase } from '../examined-database.ts'

describe('functions behind a statement, without the grammar', () => {
  const db = new ExaminedDatabase([
    'CREATE TYPE address AS (city text, zip text); CREATE SCHEMA "Other.Place"',
    'CREATE TABLE person (id int, addr address, numbers int[])',
    'CREATE FUNCTION own() RETURNS int LANGUAGE plpgsql STABLE AS $f$BEGIN RETURN 1; END$f$',
    'CREATE TABLE "Other.Place"."Target" (id int, n int DEFAULT own())',
    'CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $f$SELECT lower($1)$f$',
    'CREATE FUNCTION checked(n int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN true; END$f$',
    'CREATE TABLE indexed (id int CHECK (checked(id)), name text); CREATE INDEX ON indexed (plain(name)) WHERE checked(id)',
    'CREATE STATISTICS stats ON plain(name), id FROM indexed',
    'CREATE VIEW "Other.Place".seen AS SELECT id FROM person WHERE id = own()',
  ])
  const found = (text: string): Promise<string | undefined> =>
    db.client.inReadOnlyTransaction(() => functionWithEffects(db.client, namesInText(text)!))

  it.each([
    "SELECT id FROM person WHERE (addr).city = 'x'",
    'SELECT id FROM person p WHERE (p.addr)."city" = \'x\' AND numbers[1] = 3',
    'SELECT (ARRAY[1, 2])[1], ($1).city, (person.addr).* FROM person',
    'UPDATE person SET id = 5 WHERE id = 6',
    "SELECT id FROM indexed WHERE name = 'x'",
  ])('finds none in %s', async text => {
    expect(await found(text)).toBeUndefined()
  })

  it.each([
    'SELECT id FROM person WHERE id = own()',
    'SELECT id FROM "Other.Place".seen',
    'INSERT INTO "Other.Place"."Target" SELECT id FROM person',
    'WITH x AS (INSERT INTO "Other.Place"."Target" (id) SELECT id FROM person RETURNING id) SELECT * FROM x',
    'UPDATE "Other.Place"."Target" SET n = DEFAULT WHERE id = 5',
  ])('finds it in %s', async text => expect(await found(text)).toBe('own'))
})
