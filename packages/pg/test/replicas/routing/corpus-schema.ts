/** What the corpus refers to. Each object's comment is its reason to be there. */
export const CORPUS_SCHEMA = `
CREATE TABLE customers (id int PRIMARY KEY, name text, status text, tags text[], profile jsonb, created_at timestamptz DEFAULT now());
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric(10,2), placed_at timestamptz DEFAULT now());
INSERT INTO customers SELECT i, 'c' || i, 'active', ARRAY['a', 'b'], '{"city": "Berlin", "age": 3}' FROM generate_series(1, 5) i;
INSERT INTO orders SELECT i, 1 + i % 5, i * 10 FROM generate_series(1, 20) i;
CREATE TABLE events (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE SCHEMA shop;
CREATE TABLE shop."Mixed Case" ("Id" int, "select" text);
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
CREATE VIEW recent_orders AS SELECT o.*, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.placed_at > now() - interval '1 day';
CREATE VIEW view_of_view AS SELECT id, upper(name) AS name FROM recent_orders;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN plain_text AS text;
CREATE FUNCTION pure(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION looks_up(int) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT name FROM customers WHERE id = $1); END $$;
CREATE FUNCTION lists(int) RETURNS TABLE (a int, b text) LANGUAGE sql STABLE AS $$ SELECT id, name FROM customers WHERE id <= $1 $$;
CREATE FUNCTION standard_body(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a * 2;
CREATE FUNCTION collects(int) RETURNS text LANGUAGE plpgsql STABLE AS $$ DECLARE r record; o orders; "user" text := 'x'; BEGIN
  FOR r IN SELECT * FROM view_of_view LOOP NULL; END LOOP; SELECT * INTO o FROM orders WHERE id = $1;
  RETURN "user" || o.total || (SELECT "select" FROM shop."Mixed Case" LIMIT 1); END $$;
CREATE FUNCTION calls_collects(int DEFAULT 1) RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT collects($1); END;
CREATE FUNCTION minus(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE OPERATOR -!- (LEFTARG = int, RIGHTARG = int, FUNCTION = minus);
CREATE FUNCTION uses_minus(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1 -!- 1';
CREATE FUNCTION label(orders) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'order ' || $1.id $$;

-- From here on nothing is safe.
CREATE SEQUENCE numbers;
CREATE UNLOGGED TABLE scratch (id int, name text);
CREATE TABLE measures (id int, day date) PARTITION BY RANGE (day);
CREATE UNLOGGED TABLE measures_2026 PARTITION OF measures FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE parent (id int);
CREATE UNLOGGED TABLE child () INHERITS (parent);
CREATE TABLE secrets (id int, owner text);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON secrets USING (owner = current_setting('app.user', true));
CREATE FUNCTION counts(int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT nextval('numbers')::int $$;
CREATE FUNCTION undeclared(int) RETURNS int LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION writes(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN INSERT INTO orders VALUES (1000 + nextval('numbers'), 1, 1); RETURN 1; END $$;
CREATE FUNCTION sneaky(int) RETURNS int LANGUAGE sql STABLE AS $$ SELECT counts($1) $$;
CREATE FUNCTION sneakier(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN sneaky($1); END $$;
CREATE FUNCTION dynamic(int) RETURNS int LANGUAGE plpgsql STABLE AS $$ DECLARE r int; BEGIN EXECUTE 'SELECT next' || 'val(''numbers'')' INTO r; RETURN r; END $$;
CREATE FUNCTION locks(int) RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM pg_advisory_lock($1); RETURN 1; END $$;
CREATE FUNCTION overloaded(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION overloaded(text) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT nextval('numbers')::int $$;
CREATE FUNCTION shop.lower(text) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT nextval('numbers')::int $$;
CREATE FUNCTION stamp(customers) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT nextval('numbers')::int $$;
CREATE FUNCTION adds(int, int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT nextval('numbers')::int $$;
CREATE OPERATOR +!+ (LEFTARG = int, RIGHTARG = int, FUNCTION = adds);
CREATE AGGREGATE adds_up(int) (SFUNC = adds, STYPE = int, INITCOND = '0');
CREATE FUNCTION is_fine(text) RETURNS boolean LANGUAGE sql VOLATILE AS $$ SELECT nextval('numbers') > 0 $$;
CREATE DOMAIN checked AS text CHECK (is_fine(VALUE));
CREATE TYPE pair AS (a int, b checked);
CREATE TYPE wrapped AS (a int);
CREATE FUNCTION wraps(int) RETURNS wrapped LANGUAGE sql VOLATILE AS $$ SELECT ROW(nextval('numbers')::int)::wrapped $$;
CREATE CAST (int AS wrapped) WITH FUNCTION wraps(int);
CREATE VIEW counting AS SELECT nextval('numbers') AS n;
CREATE VIEW over_counting AS SELECT n + 1 AS n FROM counting;
CREATE VIEW over_scratch AS SELECT * FROM scratch;
CREATE VIEW who AS SELECT current_user AS name;
CREATE VIEW calls_sneaky AS SELECT sneaky(id) AS s FROM orders;
CREATE VIEW activity AS SELECT pid FROM pg_stat_activity;
CREATE FUNCTION "takeLock"() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION "take lock"() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION É() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION quotes(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT "takeLock"()';
CREATE FUNCTION quotes_words(int) RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN public."take lock"(); END $$;
CREATE FUNCTION quotes_oddly(int) RETURNS int LANGUAGE sql STABLE AS $$ SELECT "takeLock"() WHERE '"' <> '' $$;
CREATE FUNCTION accents(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT É()';
CREATE FUNCTION atomic(int) RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC SELECT "takeLock"(); END;
CREATE FUNCTION atomic_view(int) RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC SELECT n::int FROM over_counting; END;
CREATE FUNCTION defaults(a int DEFAULT "takeLock"()) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE FUNCTION uses_operator(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1+!+1';
CREATE FUNCTION reads_view(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT name FROM who';
CREATE FUNCTION reads_unlogged(int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM scratch';
CREATE FUNCTION reads_secured(int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM SECRETS); END $$;
CREATE FUNCTION asks_user(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT user::text';
CREATE FUNCTION asks_user_last(int) RETURNS name LANGUAGE sql STABLE AS 'SELECT USER';
CREATE FUNCTION asks_schema(int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM information_schema.tables';
CREATE FUNCTION casts(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1::text::checked::text';
CREATE FUNCTION takes_checked(checked) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION makes_pair(int) RETURNS text LANGUAGE plpgsql STABLE AS $$ DECLARE p pair; BEGIN p := '(1,a)'; RETURN p; END $$;
CREATE FUNCTION "${'long'.repeat(20)}"(int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION too_long(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT ${'long'.repeat(21)}($1)';
CREATE FUNCTION chain_0() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
DO $do$ BEGIN FOR i IN 1..40 LOOP EXECUTE format('CREATE FUNCTION chain_%s() RETURNS int LANGUAGE sql STABLE AS $$ SELECT chain_%s() $$', i, i - 1); END LOOP; END $do$;
CREATE EXTENSION tablefunc;
CREATE PROCEDURE proc() LANGUAGE sql AS $$ DELETE FROM scratch $$;
`

/** To be run on a connection that stays open: the table is temporary, and hides a permanent one of its name. */
export const CORPUS_TEMPORARY = `CREATE TEMPORARY TABLE cart (id int); CREATE TEMPORARY TABLE basket (id int);`
export const CORPUS_HIDDEN = `CREATE TABLE public.basket (id int);`
