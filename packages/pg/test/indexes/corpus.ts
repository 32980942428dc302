/** A slow statement, and the index that a person who knows Postgres would make for it. */
export interface SlowCase {
  readonly name: string
  readonly text: string
  readonly values?: readonly unknown[]
  /**
   * What follows `ON` in `CREATE INDEX`, each with its table; any of the alternatives in a list is right. Empty: no index helps, and none
   * is to be advised.
   */
  readonly best: readonly (string | readonly string[])[]
  /** What a person might make as well. */
  readonly maybe?: readonly string[]
  /** The `search_path` of the application's connection. */
  readonly searchPath?: string
  /** Hypopg cannot be asked about it. */
  readonly isInverted?: boolean
}

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

const none: SlowCase['best'] = []

export const CASES: readonly SlowCase[] = [
  // Equality and range.
  { name: 'equality', text: 'SELECT * FROM purchase WHERE cust_id = $1', values: [77], best: ['purchase (cust_id)'] },
  {
    name: 'equality of a uuid',
    text: 'SELECT id FROM purchase WHERE ref = $1',
    values: ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
    best: ['purchase (ref)'],
  },
  {
    name: 'two equalities',
    text: 'SELECT * FROM purchase WHERE shop_id = $1 AND kind = $2',
    values: [15, 15],
    best: [['purchase (shop_id)', 'purchase (shop_id, kind)']],
  },
  {
    name: 'equality and range',
    text: 'SELECT * FROM purchase WHERE shop_id = $1 AND made_at >= $2',
    values: [15, new Date('2025-12-10')],
    best: ['purchase (shop_id, made_at)'],
  },
  {
    name: 'range',
    text: 'SELECT count(*) FROM purchase WHERE made_at > $1',
    values: [new Date('2025-12-13')],
    best: ['purchase (made_at)'],
  },
  {
    name: 'between',
    text: 'SELECT sum(total) FROM purchase WHERE made_at BETWEEN $1 AND $2',
    values: [new Date('2025-03-01'), new Date('2025-03-02')],
    best: ['purchase (made_at)'],
  },
  {
    name: 'literals',
    text: "SELECT * FROM purchase WHERE cust_id = 5 AND state = 'open'",
    best: [['purchase (cust_id)', 'purchase (cust_id, state)']],
  },
  { name: 'list', text: 'SELECT * FROM purchase WHERE cust_id IN (1, 2, 3)', best: ['purchase (cust_id)'] },
  {
    name: 'array of values',
    text: 'SELECT * FROM purchase WHERE cust_id = ANY($1)',
    values: [[4, 5, 6]],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'list of rows',
    text: 'SELECT * FROM note WHERE (a, b) IN ((31, 37), (62, 74))',
    best: [['note (a, b)', 'note (b, a)', 'note (a)', 'note (b)']],
  },
  {
    name: 'a rare NULL',
    text: 'SELECT id FROM purchase WHERE coupon_id IS NULL AND kind = $1',
    values: [0],
    best: [
      [
        'purchase (coupon_id)',
        'purchase (kind) WHERE coupon_id IS NULL',
        'purchase (kind, coupon_id)',
        'purchase (coupon_id, kind)',
        'purchase (kind)',
      ],
    ],
  },
  {
    name: 'not deleted is most',
    text: 'SELECT id FROM customer WHERE deleted_at IS NULL AND email = $1',
    values: ['user5@example.org'],
    best: [['customer (email)', 'customer (email) WHERE deleted_at IS NULL']],
  },
  // Sort and limit.
  {
    name: 'newest of a third',
    text: 'SELECT * FROM purchase WHERE state = $1 ORDER BY made_at DESC LIMIT 20',
    values: ['paid'],
    best: ['purchase (state, made_at)'],
  },
  {
    name: 'newest of all',
    text: 'SELECT id, made_at FROM purchase ORDER BY made_at DESC LIMIT 10',
    best: ['purchase (made_at)'],
  },
  {
    name: 'newest of one',
    text: 'SELECT * FROM purchase WHERE cust_id = $1 ORDER BY made_at DESC LIMIT 1',
    values: [9],
    best: [['purchase (cust_id, made_at)', 'purchase (cust_id)']],
  },
  {
    name: 'two sort keys',
    text: 'SELECT id FROM purchase ORDER BY total DESC, made_at ASC LIMIT 5',
    best: [['purchase (total DESC, made_at)', 'purchase (total, made_at DESC)', 'purchase (total)']],
  },
  {
    name: 'NULL at the end',
    text: 'SELECT id FROM purchase ORDER BY coupon_id DESC NULLS LAST, id DESC LIMIT 5',
    best: [['purchase (coupon_id DESC NULLS LAST, id DESC)', 'purchase (coupon_id DESC NULLS LAST)']],
  },
  {
    name: 'paging by rows',
    text: 'SELECT id, made_at FROM purchase WHERE (made_at, id) < ($1, $2) ORDER BY made_at DESC, id DESC LIMIT 20',
    values: [new Date('2025-06-01'), 5000],
    best: [['purchase (made_at, id)', 'purchase (made_at)']],
  },
  {
    name: 'maximum',
    text: 'SELECT max(made_at) FROM purchase WHERE state = $1',
    values: ['open'],
    best: ['purchase (state, made_at)'],
  },
  { name: 'maximum of all', text: 'SELECT max(total) FROM purchase', best: ['purchase (total)'] },
  {
    name: 'sort by position',
    text: 'SELECT made_at, id FROM purchase WHERE shop_id = $1 ORDER BY 1 DESC LIMIT 10',
    values: [3],
    best: [['purchase (shop_id, made_at)', 'purchase (shop_id)']],
  },
  // Flags and parts.
  {
    name: 'flag',
    text: 'SELECT * FROM purchase WHERE todo',
    best: [['purchase (todo)', 'purchase (id) WHERE todo', 'purchase (todo) WHERE todo']],
  },
  {
    name: 'flag and order',
    text: 'SELECT * FROM purchase WHERE todo ORDER BY made_at LIMIT 50',
    best: [['purchase (made_at) WHERE todo', 'purchase (todo, made_at)']],
  },
  {
    name: 'not done',
    text: 'SELECT * FROM task WHERE done_at IS NULL ORDER BY priority LIMIT 10',
    best: [['task (priority) WHERE done_at IS NULL', 'task (done_at, priority)', 'task (done_at)']],
  },
  {
    name: 'not done of a queue',
    text: 'SELECT id FROM task WHERE queue_id = $1 AND done_at IS NULL',
    values: [0],
    best: [
      [
        'task (queue_id) WHERE done_at IS NULL',
        'task (queue_id, done_at)',
        'task (done_at, queue_id)',
        'task (done_at)',
      ],
    ],
  },
  { name: 'a common flag', text: 'SELECT count(*) FROM purchase WHERE NOT todo', best: none },
  // Texts.
  {
    name: 'beginning of a text',
    text: "SELECT id FROM customer WHERE email LIKE 'user123%'",
    best: [['customer (email text_pattern_ops)', 'customer (email)']],
  },
  {
    name: 'beginning of a text, bound',
    text: 'SELECT id FROM customer WHERE name LIKE $1',
    values: ['Name c4ca%'],
    best: [['customer (name text_pattern_ops)', 'customer (name)']],
  },
  {
    name: 'any case',
    text: 'SELECT id FROM customer WHERE lower(email) = $1',
    values: ['user5@example.org'],
    best: ['customer (lower(email))'],
  },
  {
    name: 'any case, beginning',
    text: "SELECT id FROM customer WHERE lower(name) LIKE 'name abc%'",
    best: [['customer (lower(name) text_pattern_ops)', 'customer (lower(name))']],
  },
  {
    name: 'within a text',
    text: 'SELECT id FROM note WHERE body LIKE $1',
    values: ['%c4ca4238a0b923820dcc%'],
    best: ['note USING gin (body gin_trgm_ops)'],
    isInverted: true,
  },
  // Expressions.
  {
    name: 'day of a timestamp',
    text: "SELECT count(*) FROM customer WHERE date_trunc('day', created_at) = $1",
    values: ['2025-05-05'],
    best: ["customer (date_trunc('day', created_at))"],
  },
  {
    name: 'field of a document',
    text: "SELECT id FROM note WHERE meta->>'key' = $1",
    values: ['77'],
    best: ["note ((meta ->> 'key'))"],
  },
  {
    name: 'cast of a timestamp',
    text: 'SELECT count(*) FROM customer WHERE created_at::date = $1',
    values: ['2025-05-05'],
    best: ['customer (((created_at)::date))'],
  },
  {
    name: 'day of a timestamptz',
    text: "SELECT count(*) FROM purchase WHERE date_trunc('day', made_at) = $1",
    values: ['2025-05-05'],
    best: none,
  },
  {
    name: 'contained document',
    text: 'SELECT id FROM note WHERE meta @> $1',
    values: ['{"key": 5}'],
    best: [['note USING gin (meta jsonb_path_ops)', 'note USING gin (meta)']],
    isInverted: true,
  },
  {
    name: 'contained element',
    text: 'SELECT id FROM note WHERE tags @> $1',
    values: [['t5']],
    best: ['note USING gin (tags)'],
    isInverted: true,
  },
  // What is wrong today.
  {
    name: 'half of the rows, and a text within',
    text: "SELECT id FROM note WHERE state = $1 AND body LIKE '%zzzzzz%'",
    values: ['new'],
    best: ['note USING gin (body gin_trgm_ops)'],
    isInverted: true,
  },
  {
    name: 'alternatives',
    text: 'SELECT * FROM note WHERE kind = 1 AND (a = $1 OR b = $1)',
    values: [31],
    best: ['note (a)', 'note (b)'],
  },
  {
    name: 'a fifth of the rows, and any case',
    text: 'SELECT id FROM note WHERE tenant_id = 1 AND lower(email) = $1',
    values: ['person6@example.org'],
    best: [['note (lower(email))', 'note (lower(email), tenant_id)', 'note (tenant_id, lower(email))']],
  },
  {
    name: 'document and a fourth of the rows',
    text: 'SELECT count(*) FROM note WHERE meta @> $1 AND id < 50000',
    values: ['{"key": 5}'],
    best: [['note USING gin (meta jsonb_path_ops)']],
    isInverted: true,
  },
  {
    name: 'long values',
    text: 'SELECT id FROM page WHERE url = $1',
    values: ['https://example.org/c4ca4238a0b923820dcc509a6f75849b'],
    best: ['page USING hash (url)'],
  },
  {
    name: 'correlated subquery',
    text: 'SELECT c.id, (SELECT count(*) FROM purchase p WHERE p.cust_id = c.id) FROM customer c WHERE c.tenant_id = 7 LIMIT 20',
    best: ['purchase (cust_id)'],
    maybe: ['customer (tenant_id)'],
  },
  {
    name: 'newest row of each',
    text: 'SELECT c.id, l.made_at FROM customer c, LATERAL (SELECT p.made_at FROM purchase p WHERE p.cust_id = c.id ORDER BY p.made_at DESC LIMIT 1) l WHERE c.id < 100',
    best: [['purchase (cust_id, made_at)', 'purchase (cust_id)']],
  },
  {
    name: 'search path',
    text: 'SELECT * FROM sale WHERE buyer_id = $1',
    values: [5],
    best: ['sale (buyer_id)'],
    searchPath: 'tenant_a',
  },
  {
    name: 'cascading delete',
    text: 'DELETE FROM author WHERE id = 77',
    best: ['book (author_id)', 'review (book_id)'],
  },
  { name: 'partitions', text: 'SELECT * FROM event WHERE device_id = $1', values: [44], best: ['event (device_id)'] },
  {
    name: 'partitions and order',
    text: "SELECT * FROM event WHERE kind = 'k1' ORDER BY at DESC LIMIT 10",
    best: [['event (at)', 'event (kind, at)']],
  },
  {
    name: 'materialized view',
    text: 'SELECT * FROM daily WHERE cust_id = $1',
    values: [70],
    best: ['daily (cust_id)'],
  },
  {
    name: 'not distinct',
    text: 'SELECT * FROM purchase WHERE ref IS NOT DISTINCT FROM $1',
    values: ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
    best: none,
  },
  {
    name: 'insert from a query',
    text: 'INSERT INTO archive SELECT id, cust_id, total FROM purchase WHERE cust_id = $1',
    values: [5],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'range in front of an existing index',
    text: "SELECT id FROM task WHERE due_at > '2026-01-01 10:00' AND status = 'a' AND queue_id = 4 AND priority = 3",
    best: [
      [
        'task (queue_id, priority)',
        'task (queue_id, priority, status)',
        'task (priority, queue_id)',
        'task (priority, queue_id, status)',
        'task (queue_id, priority, due_at)',
        'task (priority, queue_id, due_at)',
        'task (queue_id, priority, status, due_at)',
        'task (priority, queue_id, status, due_at)',
        'task (queue_id)',
      ],
    ],
  },
  // Joins and other statements.
  {
    name: 'join',
    text: 'SELECT c.name, p.total FROM customer c JOIN purchase p ON p.cust_id = c.id WHERE c.email = $1',
    values: ['user5@example.org'],
    best: ['customer (email)', 'purchase (cust_id)'],
  },
  {
    name: 'join from a key',
    text: 'SELECT p.* FROM customer c JOIN purchase p ON p.cust_id = c.id WHERE c.id = $1',
    values: [5],
    best: ['purchase (cust_id)'],
  },
  {
    name: 'semijoin',
    text: 'SELECT c.name FROM customer c WHERE c.id < 200 AND EXISTS (SELECT 1 FROM purchase p WHERE p.cust_id = c.id AND p.shop_id = 5)',
    best: [['purchase (shop_id)', 'purchase (cust_id, shop_id)', 'purchase (shop_id, cust_id)']],
  },
  {
    name: 'in a query',
    text: 'SELECT * FROM purchase WHERE cust_id IN (SELECT id FROM customer WHERE id BETWEEN 10 AND 20)',
    best: ['purchase (cust_id)'],
  },
  {
    name: 'common table expression',
    text: 'WITH big AS (SELECT * FROM purchase WHERE shop_id = $1) SELECT count(*) FROM big WHERE kind = 3',
    values: [3],
    best: [['purchase (shop_id)', 'purchase (shop_id, kind)']],
  },
  {
    name: 'through a view',
    text: 'SELECT * FROM open_purchase WHERE customer = $1',
    values: [5],
    best: [['purchase (cust_id)', 'purchase (cust_id, state)']],
  },
  {
    name: 'union',
    text: 'SELECT id FROM purchase WHERE cust_id = 5 UNION ALL SELECT id FROM note WHERE a = 31',
    best: ['purchase (cust_id)', 'note (a)'],
  },
  {
    name: 'update',
    text: "UPDATE purchase SET state = 'sent' WHERE ref = $1",
    values: ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
    best: ['purchase (ref)'],
  },
  {
    name: 'delete',
    text: 'DELETE FROM task WHERE queue_id = $1 AND done_at IS NULL',
    values: [0],
    best: [
      [
        'task (queue_id) WHERE done_at IS NULL',
        'task (queue_id, done_at)',
        'task (done_at, queue_id)',
        'task (done_at)',
      ],
    ],
  },
  {
    name: 'update from a join',
    text: 'UPDATE note SET kind = 9 FROM author WHERE author.id = note.a AND author.id = 31',
    best: ['note (a)'],
  },
  // No index helps.
  { name: 'all rows', text: 'SELECT count(*) FROM purchase', best: none },
  {
    name: 'half of the rows',
    text: 'SELECT avg(total) FROM purchase WHERE made_at > $1',
    values: [new Date('2025-06-01')],
    best: none,
  },
  { name: 'groups of all rows', text: 'SELECT shop_id, count(*) FROM purchase GROUP BY shop_id', best: none },
  { name: 'volatile', text: 'SELECT * FROM purchase WHERE total < random()', best: none },
  { name: 'other type', text: 'SELECT id FROM purchase WHERE cust_id = 5.0', best: none },
]
