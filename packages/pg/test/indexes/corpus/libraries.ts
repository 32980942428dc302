import type { SlowCase } from './slow-case.ts'

/** Tables as libraries that write SQL name them, and others. */
export const TABLES_OF_LIBRARIES: readonly string[] = [
  `CREATE TABLE "User" AS SELECT i AS id, 'U' || i || '@example.org' AS email, md5(i::text) AS "firstName", i % 700 AS "orgId", timestamptz '2025-01-01' + i * interval '1 minute' AS "createdAt" FROM generate_series(1, 150000) i`,
  'ALTER TABLE "User" ADD PRIMARY KEY (id)',
  `CREATE TABLE "Post" AS SELECT i AS id, (i::bigint * 7919 % 150000 + 1)::int AS "authorId", 'Title ' || md5(i::text) AS title, i % 4 = 0 AS published, (i % 1000) * 3 AS views,
    timestamptz '2025-01-01' + (i::bigint * 104729 % 600000) * interval '40 seconds' AS "createdAt", 'slug-' || i AS slug FROM generate_series(1, 600000) i`,
  'ALTER TABLE "Post" ADD PRIMARY KEY (id), ADD FOREIGN KEY ("authorId") REFERENCES "User"',
  'INSERT INTO "User" (id) VALUES (200000)',
  'CREATE TABLE category AS SELECT i AS id, NULLIF(i / 8, 0) AS parent_id, md5(i::text) AS name FROM generate_series(1, 120000) i',
  'ALTER TABLE category ADD PRIMARY KEY (id)',
  "CREATE TABLE article AS SELECT i AS id, md5(i::text) || ' word' || i % 3000 || ' ' || md5((i * 3)::text) AS body, int4range(i, i + 5) AS span, ARRAY[i % 5000, i % 7001] AS label_ids, i % 97 AS section FROM generate_series(1, 120000) i",
  'ALTER TABLE article ADD PRIMARY KEY (id)',
  "CREATE TABLE job AS SELECT i AS id, CASE WHEN i % 2000 = 0 THEN 'queued' WHEN i % 3 = 0 THEN 'failed' ELSE 'done' END AS status, i % 30 AS queue, timestamptz '2026-01-01' + i * interval '1 second' AS run_at, i % 5 AS attempts FROM generate_series(1, 400000) i",
  'ALTER TABLE job ADD PRIMARY KEY (id)',
]

const none: SlowCase['best'] = []

export const CASES_OF_LIBRARIES: readonly SlowCase[] = [
  {
    name: 'Prisma: find by a field',
    text: 'SELECT "public"."User"."id", "public"."User"."email" FROM "public"."User" WHERE ("public"."User"."email" = $1 AND 1=1) LIMIT $2 OFFSET $3',
    values: ['U140005@example.org', 1, 0],
    best: ['"User" (email)'],
  },
  {
    name: 'Prisma: children of a list',
    text: 'SELECT "public"."Post"."id", "public"."Post"."authorId" FROM "public"."Post" WHERE "public"."Post"."authorId" IN ($1,$2,$3) OFFSET $4',
    values: [4, 5, 6, 0],
    best: ['"Post" ("authorId")'],
  },
  {
    name: 'Prisma: case-insensitive search',
    text: 'SELECT "public"."Post"."id" FROM "public"."Post" WHERE "public"."Post"."title"::text ILIKE $1',
    values: ['%c4ca4238a0%'],
    best: [['"Post" USING gin (title public.gin_trgm_ops)', '"Post" USING gin (((title)::text) public.gin_trgm_ops)']],
    isInverted: true,
  },
  {
    name: 'Prisma: page of the newest published',
    text: 'SELECT "t0"."id", "t0"."title" FROM "public"."Post" AS "t0" WHERE "t0"."published" = $1 ORDER BY "t0"."createdAt" DESC LIMIT $2 OFFSET $3',
    values: [true, 20, 0],
    best: [['"Post" (published, "createdAt")', '"Post" ("createdAt")']],
  },
  {
    name: 'Prisma: count of a relation',
    text: 'SELECT "t0"."id", COALESCE("aggr"."n", 0) FROM "User" AS "t0" LEFT JOIN (SELECT "authorId", COUNT(*) AS "n" FROM "Post" WHERE 1=1 GROUP BY "authorId") AS "aggr" ON ("t0"."id" = "aggr"."authorId") WHERE "t0"."id" = $1',
    values: [5],
    best: ['"Post" ("authorId")'],
  },
  {
    name: 'Drizzle: relation as documents',
    text: 'select "users"."id", "users_posts"."data" as "posts" from "User" "users" left join lateral (select coalesce(json_agg(json_build_array("users_posts"."id", "users_posts"."title")), \'[]\'::json) as "data" from "Post" "users_posts" where "users_posts"."authorId" = "users"."id") "users_posts" on true where "users"."orgId" = $1 limit $2',
    values: [5, 5],
    best: [['"Post" ("authorId")']],
  },
  {
    name: 'TypeORM: distinct page with a join',
    text: 'SELECT DISTINCT "distinctAlias"."u_id" AS "ids_u_id" FROM (SELECT "u"."id" AS "u_id", "p"."id" AS "p_id" FROM "User" "u" LEFT JOIN "Post" "p" ON "p"."authorId"="u"."id" WHERE "u"."email" = $1) "distinctAlias" ORDER BY "u_id" ASC LIMIT 10',
    values: ['U7@example.org'],
    best: ['"Post" ("authorId")', '"User" (email)'],
  },
  {
    name: 'Knex: range and order',
    text: 'select * from "Post" where "views" > ? and "slug" = ? order by "id" asc limit ?'
      .replace('?', '$1')
      .replace('?', '$2')
      .replace('?', '$3'),
    values: [10, 'slug-9', 5],
    best: ['"Post" (slug)'],
  },
  {
    name: 'Rails: exists',
    text: 'SELECT 1 AS one FROM "User" WHERE "User"."email" = \'u9@example.org\' LIMIT 1',
    best: ['"User" (email)'],
  },
  {
    name: 'paging by alternatives',
    text: 'SELECT id FROM "Post" WHERE "createdAt" < $1 OR ("createdAt" = $1 AND id < $2) ORDER BY "createdAt" DESC, id DESC LIMIT 20',
    values: [new Date('2025-06-01'), 100],
    best: [['"Post" ("createdAt", id)', '"Post" ("createdAt")']],
  },
  {
    name: 'first of each group',
    text: 'SELECT * FROM (SELECT p.*, row_number() OVER (PARTITION BY "authorId" ORDER BY "createdAt" DESC) AS n FROM "Post" p WHERE "authorId" = ANY($1)) x WHERE n = 1',
    values: [[1, 2, 3, 4]],
    best: [['"Post" ("authorId")', '"Post" ("authorId", "createdAt")']],
  },
  {
    name: 'distinct on',
    text: 'SELECT DISTINCT ON ("authorId") "authorId", title FROM "Post" WHERE "authorId" IN (5, 6) ORDER BY "authorId", "createdAt" DESC',
    best: [['"Post" ("authorId")', '"Post" ("authorId", "createdAt")']],
  },
  {
    name: 'without a child',
    text: 'SELECT u.id FROM "User" u WHERE u."orgId" = 5 AND NOT EXISTS (SELECT 1 FROM "Post" p WHERE p."authorId" = u.id)',
    best: ['"Post" ("authorId")'],
    maybe: ['"User" ("orgId")'],
  },
  {
    name: 'children of a tree',
    text: 'WITH RECURSIVE tree AS (SELECT id, parent_id FROM category WHERE id = 3000 UNION ALL SELECT c.id, c.parent_id FROM category c JOIN tree t ON c.parent_id = t.id) SELECT count(*) FROM tree',
    best: ['category (parent_id)'],
  },
  {
    name: 'root of a tree',
    text: 'SELECT * FROM category WHERE parent_id IS NULL',
    best: [['category (parent_id)', 'category (id) WHERE parent_id IS NULL']],
  },
  {
    name: 'the last hour',
    text: 'SELECT count(*) FROM "Post" WHERE "createdAt" >= timestamptz \'2025-10-05\' - interval \'1 hour\' AND "createdAt" < timestamptz \'2025-10-05\'',
    best: ['"Post" ("createdAt")'],
  },
  {
    name: 'coalesced',
    text: 'SELECT id FROM category WHERE COALESCE(parent_id, 0) = 77',
    best: [['category (COALESCE(parent_id, 0))', 'category ((COALESCE(parent_id, 0)))']],
  },
  {
    name: 'search by words',
    text: "SELECT id FROM article WHERE to_tsvector('english', body) @@ to_tsquery('english', $1)",
    values: ['word77'],
    best: ["article USING gin (to_tsvector('english', body))"],
    isInverted: true,
  },
  {
    name: 'overlapping arrays',
    text: 'SELECT id FROM article WHERE label_ids && $1',
    values: [[4999]],
    best: ['article USING gin (label_ids)'],
    isInverted: true,
  },
  { name: 'element by ANY', text: 'SELECT id FROM article WHERE $1 = ANY(label_ids)', values: [77], best: none },
  {
    name: 'overlapping ranges',
    text: 'SELECT id FROM article WHERE span && int4range(10, 20)',
    best: ['article USING gist (span)'],
    isInverted: true,
  },
  {
    name: 'work of a queue',
    text: "UPDATE job SET status = 'running' WHERE id IN (SELECT id FROM job WHERE status = 'queued' AND queue = 20 AND run_at <= timestamptz '2026-01-20' ORDER BY run_at LIMIT 5 FOR UPDATE SKIP LOCKED) RETURNING id",
    best: [
      [
        'job (status, queue)',
        'job (status, queue, run_at)',
        'job (queue, status)',
        'job (queue, status, run_at)',
        'job (status)',
        'job (status, run_at)',
      ],
    ],
  },
  { name: 'many failed', text: "SELECT count(*) FROM job WHERE status = 'failed'", best: none },
  { name: 'rare state', text: "SELECT * FROM job WHERE status = 'queued'", best: ['job (status)'] },
  {
    name: 'rare state, bound',
    text: 'SELECT * FROM job WHERE status = $1 AND attempts < $2',
    values: ['queued', 3],
    best: [['job (status)', 'job (status, attempts)']],
  },
  { name: 'modulo', text: 'SELECT id FROM job WHERE id % 50000 = 3', best: none },
  {
    name: 'self join',
    text: 'SELECT b.id FROM "Post" a JOIN "Post" b ON b."authorId" = a."authorId" WHERE a.id = 99',
    best: ['"Post" ("authorId")'],
  },
  {
    name: 'three tables',
    text: 'SELECT p.title FROM "User" u JOIN "Post" p ON p."authorId" = u.id JOIN category c ON c.id = p.id WHERE u.email = $1 AND c.parent_id IS NOT NULL',
    values: ['U11@example.org'],
    best: ['"Post" ("authorId")', '"User" (email)'],
  },
  {
    name: 'delete of a parent',
    text: 'DELETE FROM "User" WHERE id = $1',
    values: [200000],
    best: ['"Post" ("authorId")'],
  },
  {
    name: 'sum of a day by groups',
    text: 'SELECT "authorId", sum(views) FROM "Post" WHERE "createdAt" BETWEEN $1 AND $2 GROUP BY "authorId" ORDER BY 2 DESC LIMIT 10',
    values: [new Date('2025-02-01'), new Date('2025-02-02')],
    best: [['"Post" ("createdAt") INCLUDE ("authorId", views)', '"Post" ("createdAt")']],
  },
  {
    name: 'text cast of a number',
    text: 'SELECT id FROM job WHERE id::text = $1',
    values: ['77'],
    best: [['job (((id)::text))']],
  },
  {
    name: 'merge',
    text: 'MERGE INTO "Post" p USING (SELECT 5 AS author) s ON p."authorId" = s.author WHEN MATCHED THEN UPDATE SET views = 0',
    best: ['"Post" ("authorId")'],
  },
]
