import type { SlowCase } from './slow-case.ts'

/** Documents, lists, texts, times and addresses, of which statements compute what they compare. */
export const TABLES_TO_COMPUTE: readonly string[] = [
  `CREATE TABLE letter AS SELECT i AS id, timestamptz '2026-01-01' + i * interval '5 minutes' AS sent_at, timestamp '2026-01-01' + i * interval '5 minutes' AS made_at,
    jsonb_build_object('key', i % 20000, 'first-name', 'n' || i % 20000, 'inner', jsonb_build_object('k' || i % 20000, 1)) AS meta, ARRAY['t' || i % 9000, 'u' || i % 9001] AS tags,
    (i * 31) % 60000 AS a, (i * 37) % 60000 AS b, i % 500 <> 0 AS is_shown, md5(i::text) AS code, md5((i + 1)::text) AS title, 'n' || i AS slug,
    ('10.' || i % 200 || '.' || i % 211 || '.' || i % 251)::inet AS address FROM generate_series(1, 120000) i`,
  'ALTER TABLE letter ADD PRIMARY KEY (id)',
  'CREATE VIEW letter_code AS SELECT id, lower(code) AS code FROM letter',
  `CREATE TABLE stay AS SELECT i AS id, timestamp '2026-01-01' + i * interval '3 hours' AS starts, timestamp '2026-01-01' + i * interval '3 hours' + interval '2 hours' AS ends
    FROM generate_series(1, 100000) i`,
]

/** Statements that compare expressions which the server can index. */
export const COMPUTED: readonly SlowCase[] = [
  {
    name: 'day in a time zone',
    text: "SELECT count(*) FROM letter WHERE (sent_at AT TIME ZONE 'UTC')::date = $1",
    values: ['2026-03-03'],
    best: ["letter ((((sent_at AT TIME ZONE 'UTC'))::date))"],
  },
  {
    name: 'hour in a time zone',
    text: "SELECT count(*) FROM letter WHERE date_trunc('hour', sent_at AT TIME ZONE 'Europe/Berlin') = $1",
    values: ['2026-03-03'],
    best: ["letter (date_trunc('hour', (sent_at AT TIME ZONE 'Europe/Berlin')))"],
  },
  {
    name: 'date of a timestamp',
    text: 'SELECT count(*) FROM letter WHERE date(made_at) = $1',
    values: ['2026-03-03'],
    best: ['letter (date(made_at))'],
  },
  {
    name: 'time of day',
    text: 'SELECT count(*) FROM letter WHERE made_at::time = $1',
    values: ['10:00'],
    best: ['letter (((made_at)::time))'],
  },
  {
    name: 'date of a timestamptz',
    text: 'SELECT id FROM letter WHERE date(sent_at) = $1',
    values: ['2026-03-03'],
    best: [],
  },
  {
    name: 'beginning of a text by its length',
    text: 'SELECT id FROM letter WHERE left(code, 5) = $1',
    values: ['abcde'],
    best: ['letter (left(code, 5))'],
  },
  {
    name: 'element of a document by subscript',
    text: "SELECT id FROM letter WHERE meta['key'] = $1",
    values: ['55'],
    best: ["letter (((meta)['key']))"],
  },
  {
    name: 'element of a list',
    text: 'SELECT id FROM letter WHERE tags[2] = $1',
    values: ['u5555'],
    best: ['letter (((tags)[2]))'],
  },
  {
    name: 'key of a document with a dash',
    text: "SELECT id FROM letter WHERE meta->>'first-name' = $1",
    values: ['n55'],
    best: ["letter ((meta ->> 'first-name'))"],
  },
  {
    name: 'the larger of two',
    text: 'SELECT id FROM letter WHERE greatest(a, b) = $1',
    values: [5],
    best: ['letter ((GREATEST(a, b)))'],
  },
  {
    name: 'another collation',
    text: 'SELECT id FROM letter WHERE slug COLLATE "C" = $1',
    values: ['n55'],
    best: ['letter ((slug COLLATE "C"))'],
  },
  {
    name: 'computed by a view',
    text: 'SELECT id FROM letter_code WHERE code = $1',
    values: ['abcde'],
    best: ['letter (lower(code))'],
  },
  {
    name: 'computed by a query in FROM',
    text: 'SELECT * FROM (SELECT id, code || title AS pair FROM letter) own WHERE pair = $1',
    values: ['x'],
    best: ['letter ((code || title))'],
  },
  {
    name: 'count of a query in FROM',
    text: 'SELECT * FROM (SELECT a, count(*) AS n FROM letter GROUP BY a) own WHERE n = $1',
    values: [7],
    best: [],
  },
  {
    name: 'largest of a query in FROM',
    text: 'SELECT * FROM (SELECT a, max(b) AS n FROM letter GROUP BY a) own WHERE n = $1',
    values: [7],
    best: [],
  },
]

/** Statements about what a value contains, is in, or is not. */
export const CONTAINED: readonly SlowCase[] = [
  {
    name: 'path in a document',
    text: "SELECT id FROM letter WHERE meta @? '$.key ? (@ == 5)'",
    best: [['letter USING gin (meta jsonb_path_ops)', 'letter USING gin (meta)']],
    isInverted: true,
  },
  {
    name: 'condition on a document',
    text: "SELECT id FROM letter WHERE meta @@ '$.key == 5'",
    best: [['letter USING gin (meta jsonb_path_ops)', 'letter USING gin (meta)']],
    isInverted: true,
  },
  {
    name: 'key within a document',
    text: "SELECT id FROM letter WHERE meta->'inner' ? 'k55'",
    best: ["letter USING gin ((meta -> 'inner'))"],
    isInverted: true,
  },
  {
    name: 'contained in a part of a document',
    text: "SELECT id FROM letter WHERE meta->'inner' @> $1",
    values: ['{"k55": 1}'],
    best: ["letter USING gin ((meta -> 'inner') jsonb_path_ops)"],
    isInverted: true,
  },
  {
    name: 'one of two texts within',
    text: 'SELECT id FROM letter WHERE code ILIKE $1 OR title ILIKE $2',
    values: ['%abcde%', '%12345%'],
    best: ['letter USING gin (code public.gin_trgm_ops)', 'letter USING gin (title public.gin_trgm_ops)'],
    isInverted: true,
  },
  {
    name: 'one of several texts within',
    text: 'SELECT id FROM letter WHERE code ILIKE ANY ($1)',
    values: [['%abcde%', '%12345%']],
    best: ['letter USING gin (code public.gin_trgm_ops)'],
    isInverted: true,
  },
  {
    name: 'regular expression with a class',
    text: "SELECT id FROM letter WHERE code ~ 'abcde[0-9]'",
    best: ['letter USING gin (code public.gin_trgm_ops)'],
    isInverted: true,
  },
  {
    name: 'similar text',
    text: "SELECT id FROM letter WHERE code % 'abcdef0123456'",
    best: ['letter USING gin (code public.gin_trgm_ops)'],
    isInverted: true,
  },
  {
    name: 'range of two columns',
    text: 'SELECT id FROM stay WHERE tsrange(starts, ends) && tsrange($1, $2)',
    values: ['2026-01-05', '2026-01-06'],
    best: ['stay USING gist (tsrange(starts, ends))'],
    isInverted: true,
  },
  {
    name: 'addresses of a network',
    text: "SELECT id FROM letter WHERE address <<= '10.1.2.0/24'",
    best: ['letter (address)'],
  },
  {
    name: 'in a list of rows',
    text: 'SELECT id FROM letter WHERE a IN (VALUES (5), (77), (99))',
    best: ['letter (a)'],
  },
  {
    name: 'between in any order',
    text: 'SELECT id FROM letter WHERE a BETWEEN SYMMETRIC $1 AND $2',
    values: [80, 70],
    best: ['letter (a)'],
  },
  { name: 'not different', text: 'SELECT id FROM letter WHERE NOT (a <> $1)', values: [5], best: ['letter (a)'] },
  {
    name: 'not true',
    text: 'SELECT code FROM letter WHERE is_shown IS NOT TRUE',
    best: [['letter (id) WHERE is_shown IS NOT TRUE', 'letter (is_shown)']],
  },
  {
    name: 'joined by one of two columns',
    text: 'SELECT o.id FROM author o JOIN letter d ON d.a = o.id OR d.b = o.id WHERE o.name = $1',
    values: ['c4ca4238a0b923820dcc509a6f75849b'],
    best: ['letter (a)', 'letter (b)'],
    maybe: ['author (name)'],
  },
  {
    name: 'merge that deletes',
    text: "MERGE INTO author t USING letter s ON t.id = s.a AND s.slug = 'n77' WHEN MATCHED THEN DELETE",
    best: ['book (author_id)', 'review (book_id)', 'letter (slug)'],
  },
]
