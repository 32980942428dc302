import { IMMUTABLE, TABLE, type Form } from './form.ts'

/** What the tables of a statement hold, or what stands in front of them. */
export const OF_TABLES: readonly Form[] = [
  {
    name: 'a check of a domain',
    setup: [IMMUTABLE, 'CREATE DOMAIN small AS int CHECK (VALUE > f(1))', TABLE],
    text: 'SELECT * FROM t WHERE ref = 5::small',
  },
  {
    name: 'a check of a domain of a domain, in a column',
    setup: [
      IMMUTABLE,
      'CREATE DOMAIN small AS int CHECK (VALUE > f(1))',
      'CREATE DOMAIN smaller AS small',
      TABLE,
      'CREATE TABLE target (id smaller)',
    ],
    text: 'INSERT INTO target SELECT id FROM t WHERE ref = 5',
  },
  {
    name: 'a default of a column',
    setup: [IMMUTABLE, TABLE, 'CREATE TABLE target (id int, n int DEFAULT f(5))'],
    text: 'INSERT INTO target SELECT id FROM t WHERE ref = 5',
  },
  {
    name: 'a default that an update asks for',
    setup: [IMMUTABLE, TABLE, 'ALTER TABLE t ALTER kind SET DEFAULT f(5)'],
    text: 'UPDATE t SET kind = DEFAULT WHERE ref = 5',
  },
  {
    name: 'a default in a merge',
    setup: [IMMUTABLE, TABLE, 'CREATE TABLE target (id int, n int DEFAULT f(5))'],
    text: 'MERGE INTO target x USING t ON x.id = t.ref WHEN NOT MATCHED THEN INSERT (id) VALUES (t.id)',
  },
  {
    name: 'a default of a table behind a view',
    setup: [
      IMMUTABLE,
      TABLE,
      'CREATE TABLE target (id int, n int DEFAULT f(5))',
      'CREATE VIEW v AS SELECT * FROM target',
    ],
    text: 'INSERT INTO v SELECT id FROM t WHERE ref = 5',
  },
  {
    name: 'a default of a table that a rule fills',
    setup: [
      IMMUTABLE,
      TABLE,
      'CREATE TABLE log (id int, n int DEFAULT f(5))',
      'CREATE RULE noted AS ON UPDATE TO t DO ALSO INSERT INTO log VALUES (1)',
    ],
    text: 'UPDATE t SET kind = 5 WHERE ref = 5',
  },
  {
    name: 'a generated column of a child',
    setup: [IMMUTABLE, TABLE, 'CREATE TABLE child (g int GENERATED ALWAYS AS (id + f(5)) STORED) INHERITS (t)'],
    text: 'UPDATE t SET kind = 5 WHERE ref = 5',
  },
  {
    name: 'a generated column',
    setup: [IMMUTABLE, TABLE, 'ALTER TABLE t ADD g int GENERATED ALWAYS AS (kind + f(5)) STORED'],
    text: 'UPDATE t SET kind = 5 WHERE ref = 5',
  },
  {
    name: 'an expression of an index',
    setup: [IMMUTABLE, TABLE, 'CREATE INDEX ON t ((kind + f(5)))'],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'the condition of an index',
    setup: [IMMUTABLE, TABLE, 'CREATE INDEX ON t (kind) WHERE id > f(5)'],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'a function of an index that is put in line',
    setup: [
      IMMUTABLE,
      'CREATE FUNCTION lined(n int) RETURNS int LANGUAGE sql IMMUTABLE AS $f$SELECT n + f(5)$f$',
      TABLE,
      'CREATE INDEX ON t (lined(kind))',
    ],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'extended statistics',
    setup: [IMMUTABLE, TABLE, 'CREATE STATISTICS s ON (kind + f(5)), ref FROM t'],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'the key of a partitioned table',
    setup: [
      IMMUTABLE,
      'CREATE TABLE t (id int, ref int) PARTITION BY RANGE ((ref + f(0)))',
      'CREATE TABLE part PARTITION OF t DEFAULT',
      'INSERT INTO t SELECT i, i % 5000 FROM generate_series(1, 20000) i',
    ],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'the class of operators of a partitioned table',
    setup: [
      'CREATE FUNCTION f(a int, b int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN btint4cmp(a, b); END$f$',
      'CREATE OPERATOR CLASS own FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 f(int, int)',
      'CREATE TABLE t (id int, ref int) PARTITION BY RANGE (ref own)',
      'CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (2500)',
      'CREATE TABLE high PARTITION OF t FOR VALUES FROM (2500) TO (9999)',
      'INSERT INTO t SELECT i, i % 5000 FROM generate_series(1, 20000) i',
    ],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'the hash function of a partitioned table',
    setup: [
      'CREATE FUNCTION f(a int, b bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN a; END$f$',
      'CREATE OPERATOR CLASS own FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 2 f(int, bigint)',
      'CREATE TABLE t (id int, ref int) PARTITION BY HASH (ref own)',
      'CREATE TABLE one PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
      'CREATE TABLE two PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
      'INSERT INTO t SELECT i, i % 5000 FROM generate_series(1, 20000) i',
    ],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'the class of operators of an index',
    setup: [
      'CREATE FUNCTION f(a int, b int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN btint4cmp(a, b); END$f$',
      'CREATE OPERATOR CLASS own FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 f(int, int)',
      TABLE,
      'CREATE INDEX ON t (id own)',
    ],
    text: 'SELECT * FROM t WHERE id > 19990 AND ref = 5',
  },
  {
    name: 'a check of a child',
    setup: [IMMUTABLE, TABLE, 'CREATE TABLE child (CHECK (ref > f(1))) INHERITS (t)'],
    text: 'SELECT * FROM t WHERE ref = 5',
  },
  {
    name: 'a view',
    setup: [IMMUTABLE, TABLE, 'CREATE VIEW v AS SELECT * FROM t WHERE ref = f(5)'],
    text: 'SELECT * FROM v WHERE kind = 1',
  },
  {
    name: 'an operator in a view of a view',
    setup: [
      IMMUTABLE,
      'CREATE OPERATOR ##> (RIGHTARG = int, FUNCTION = f)',
      TABLE,
      'CREATE VIEW v AS SELECT * FROM t WHERE ref = ##> 5',
      'CREATE VIEW w AS SELECT * FROM v',
    ],
    text: 'SELECT * FROM w WHERE kind = 1',
  },
  {
    name: 'a rule',
    setup: [
      IMMUTABLE,
      TABLE,
      'CREATE TABLE log (n int)',
      'CREATE RULE noted AS ON UPDATE TO t DO ALSO INSERT INTO log VALUES (f(5))',
    ],
    text: 'UPDATE t SET kind = 5 WHERE ref = 5',
  },
  {
    name: 'a policy',
    setup: [
      IMMUTABLE,
      TABLE,
      'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE t FORCE ROW LEVEL SECURITY',
      'CREATE POLICY p ON t USING (ref = f(5))',
      'GRANT SELECT ON t TO tenant',
    ],
    text: 'SELECT * FROM t WHERE kind = 1',
    role: 'tenant',
  },
  {
    name: 'a policy of a table in a policy',
    setup: [
      IMMUTABLE,
      TABLE,
      'CREATE TABLE u AS SELECT * FROM t',
      'ALTER TABLE u ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY p ON u USING (ref = f(5))',
      'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY p ON t USING (EXISTS (SELECT FROM u))',
      'GRANT SELECT ON t, u TO tenant',
    ],
    text: 'SELECT * FROM t WHERE kind = 1',
    role: 'tenant',
  },
  {
    name: 'an aggregate',
    setup: [
      'CREATE FUNCTION f(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN $1; END$f$',
      'CREATE AGGREGATE total(int) (SFUNC = f, STYPE = int, INITCOND = 0)',
      TABLE,
    ],
    text: 'SELECT total(id) FROM t WHERE ref = 5',
  },
  {
    name: 'a window of an aggregate',
    setup: [
      'CREATE FUNCTION f(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$BEGIN RETURN $1; END$f$',
      'CREATE AGGREGATE total(int) (SFUNC = f, STYPE = int, INITCOND = 0)',
      IMMUTABLE.replace('FUNCTION f(', 'FUNCTION edge('),
      TABLE,
    ],
    text: 'SELECT total(id) OVER (ROWS edge(5) PRECEDING) FROM t WHERE ref = 5',
  },
  {
    name: 'a trigger that would write',
    setup: [
      'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN RETURN NEW; END$f$',
      TABLE,
      'CREATE TRIGGER one BEFORE UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f()',
    ],
    text: 'UPDATE t SET kind = 5 WHERE ref = 5',
  },
  {
    name: 'functions that hide those of our own questions',
    setup: [
      'CREATE FUNCTION unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql AS $f$BEGIN RETURN; END$f$',
      'CREATE FUNCTION cardinality(regtype[]) RETURNS int LANGUAGE plpgsql AS $f$BEGIN RETURN 0; END$f$',
      'CREATE FUNCTION array_to_string(smallint[], text) RETURNS text LANGUAGE plpgsql AS $f$BEGIN RETURN $2; END$f$',
      'CREATE FUNCTION generate_series(int, smallint) RETURNS SETOF int LANGUAGE plpgsql AS $f$BEGIN RETURN NEXT 1; END$f$',
      'CREATE FUNCTION current_database() RETURNS name LANGUAGE plpgsql AS $f$BEGIN RETURN $$x$$; END$f$',
      'CREATE AGGREGATE sum(bigint) (SFUNC = int8pl, STYPE = bigint)',
      TABLE,
    ],
    text: 'SELECT * FROM t WHERE ref = 5',
    path: ', pg_catalog',
  },
  {
    name: 'operators that hide those of our own questions',
    setup: [
      'CREATE FUNCTION f(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $f$BEGIN RETURN pg_catalog.oideq($1, $2); END$f$',
      'CREATE OPERATOR = (LEFTARG = oid, RIGHTARG = oid, FUNCTION = f)',
      'CREATE FUNCTION g(name, text) RETURNS boolean LANGUAGE plpgsql AS $f$BEGIN RETURN pg_catalog.nameeqtext($1, $2); END$f$',
      'CREATE OPERATOR = (LEFTARG = name, RIGHTARG = text, FUNCTION = g)',
      TABLE,
    ],
    text: 'SELECT * FROM t WHERE ref = 5',
    path: ', pg_catalog',
  },
  {
    name: 'types that hide those of our own questions',
    setup: [
      'CREATE FUNCTION f() RETURNS boolean LANGUAGE plpgsql AS $f$BEGIN RETURN true; END$f$',
      'CREATE DOMAIN text AS pg_catalog.text CHECK (f())',
      'CREATE DOMAIN oid AS pg_catalog.oid CHECK (f())',
      'CREATE DOMAIN regclass AS pg_catalog.regclass CHECK (f())',
      TABLE,
    ],
    text: 'SELECT * FROM t WHERE ref = 5',
    path: ', pg_catalog',
  },
  {
    name: 'an overload that fits our own questions better',
    setup: [
      'CREATE FUNCTION array_to_string(smallint[], text) RETURNS text LANGUAGE plpgsql AS $f$BEGIN RETURN $2; END$f$',
      'CREATE FUNCTION unnest(smallint[]) RETURNS SETOF int LANGUAGE plpgsql AS $f$BEGIN RETURN; END$f$',
      TABLE,
      'ALTER TABLE t ADD PRIMARY KEY (id)',
      'CREATE TABLE u (id int REFERENCES t)',
    ],
    text: 'DELETE FROM t WHERE ref = 5',
  },
]
