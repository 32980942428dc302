/** Tables as applications have them; the largest has a million rows. */
export const TABLES: readonly string[] = [
  'CREATE EXTENSION IF NOT EXISTS pg_trgm',
  `CREATE TABLE customer AS SELECT i AS id, 'user' || i || '@example.org' AS email, 'Name ' || md5(i::text) AS name, i % 500 AS tenant_id,
    jsonb_build_object('plan', i % 5000, 'source', 'ad') AS meta, timestamp '2025-01-01' + i * interval '5 minutes' AS created_at,
    (ARRAY['DE', 'FR', 'US', 'IN'])[1 + i % 4] AS country, CASE WHEN i % 400 = 0 THEN now() END AS deleted_at FROM generate_series(1, 100000) i`,
  'ALTER TABLE customer ADD PRIMARY KEY (id)',
  `CREATE TABLE purchase AS SELECT i AS id, (i::bigint * 7919 % 100000)::int AS cust_id, (ARRAY['paid', 'open', 'sent'])[1 + i % 3]::varchar AS state,
    (i % 9973) / 10.0 AS total, timestamptz '2025-01-01' + (i::bigint * 104729 % 1000000) * interval '30 seconds' AS made_at, md5(i::text)::uuid AS ref,
    i % 500 = 0 AS todo, i % 2000 AS shop_id, CASE WHEN i % 300 <> 0 THEN i % 70 END AS coupon_id, (i % 100)::smallint AS kind, repeat('n', 30) AS note
    FROM generate_series(1, 1000000) i`,
  'ALTER TABLE purchase ADD PRIMARY KEY (id)',
  `CREATE TABLE note AS SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'new' ELSE 'old' END AS state, i % 3 AS kind, i % 5 AS tenant_id, (i * 31) % 60000 AS a,
    (i * 37) % 60000 AS b, 'Person' || i || '@Example.org' AS email, md5(i::text) || repeat(' word', 12) || md5((i + 1)::text) AS body,
    jsonb_build_object('tag', i % 7, 'key', i % 20000) AS meta, ARRAY['t' || i % 9000, 'u' || i % 3] AS tags FROM generate_series(1, 200000) i`,
  'ALTER TABLE note ADD PRIMARY KEY (id)',
  `CREATE TABLE page AS SELECT i AS id, CASE WHEN i % 50 = 0 THEN (SELECT string_agg(md5((i * 1000 + j)::text), '') FROM generate_series(1, 300) j)
    ELSE 'https://example.org/' || md5(i::text) END AS url, repeat('p', 60) AS title FROM generate_series(1, 40000) i`,
  'CREATE TABLE author AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 20000) i',
  'ALTER TABLE author ADD PRIMARY KEY (id)',
  'CREATE TABLE book AS SELECT i AS id, 1 + (i * 7) % 20000 AS author_id, md5(i::text) AS title FROM generate_series(1, 150000) i',
  'ALTER TABLE book ADD PRIMARY KEY (id), ADD FOREIGN KEY (author_id) REFERENCES author ON DELETE CASCADE',
  'CREATE TABLE review AS SELECT i AS id, 1 + (i * 11) % 150000 AS book_id, i % 5 AS stars FROM generate_series(1, 200000) i',
  'ALTER TABLE review ADD PRIMARY KEY (id), ADD FOREIGN KEY (book_id) REFERENCES book ON DELETE CASCADE',
  'CREATE TABLE event (id bigint, device_id int, kind text, at timestamptz NOT NULL, value float8) PARTITION BY RANGE (at)',
  ...[1, 2, 3, 4].map(
    month =>
      `CREATE TABLE event_${month} PARTITION OF event FOR VALUES FROM ('2026-0${month}-01') TO ('2026-0${month + 1}-01')`,
  ),
  `INSERT INTO event SELECT i, (i * 13) % 20000, 'k' || i % 4, timestamptz '2026-01-01' + (i % 10000000) * interval '33 seconds', i FROM generate_series(1, 310000) i`,
  'CREATE TABLE sample (id bigint, device_id int, at timestamptz NOT NULL, value float8)',
  ...[1, 2, 3].map(part => `CREATE TABLE sample_${part} () INHERITS (sample)`),
  ...[1, 2, 3].map(
    part =>
      `INSERT INTO sample_${part} SELECT i, (i * 13) % 20000, timestamptz '2026-01-01' + i * interval '33 seconds', i FROM generate_series(1, 60000) i`,
  ),
  'CREATE MATERIALIZED VIEW daily AS SELECT cust_id, made_at::date AS day, sum(total) AS total FROM purchase WHERE id <= 300000 GROUP BY 1, 2',
  "CREATE VIEW open_purchase AS SELECT p.id, p.cust_id AS customer, p.shop_id, p.made_at FROM purchase p WHERE p.state = 'open'",
  'CREATE SCHEMA tenant_a',
  'CREATE TABLE public.sale AS SELECT i AS id, i % 20000 AS buyer_id, i % 365 AS day FROM generate_series(1, 100) i',
  'CREATE TABLE tenant_a.sale AS SELECT i AS id, i % 20000 AS buyer_id, i % 365 AS day FROM generate_series(1, 200000) i',
  `CREATE TABLE task AS SELECT i AS id, i % 40 AS queue_id, CASE WHEN i % 1000 = 0 THEN NULL ELSE now() END AS done_at, i % 11 AS priority,
    timestamp '2026-01-01' + i * interval '1 second' AS due_at, (ARRAY['a', 'b', 'c', 'd'])[1 + i % 4] AS status FROM generate_series(1, 300000) i`,
  'ALTER TABLE task ADD PRIMARY KEY (id)',
  'CREATE INDEX task_due_status_idx ON task (due_at, status)',
  'CREATE TABLE archive (id int, cust_id int, total numeric)',
]
