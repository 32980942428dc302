import { createRandom } from '@homeostat/signals/random'
import { SAFE_EXPRESSIONS, UNSAFE_EXPRESSIONS } from './corpus-expressions.ts'
import { SPELLINGS } from './corpus-spellings.ts'
import { SAFE_STATEMENTS, UNSAFE_STATEMENTS } from './corpus-statements.ts'

/** A statement whose truth is known from how it was made. */
export interface CorpusStatement {
  readonly text: string
  /** Whether it may run on a replica. */
  readonly isSafe: boolean
  /** What it was made of. */
  readonly kind: string
}

/** Places of a statement where an expression runs. */
const PLACES: readonly (readonly [string, (expression: string) => string])[] = [
  ['target', e => `SELECT ${e}`],
  ['aliased target', e => `SELECT id, (${e}) AS x FROM orders`],
  ['where', e => `SELECT id FROM orders WHERE (${e}) IS NOT NULL AND id = 1`],
  ['order by', e => `SELECT id FROM orders ORDER BY (${e})::text LIMIT 1`],
  ['group by', e => `SELECT count(*) FROM orders GROUP BY (${e})::text`],
  ['having', e => `SELECT customer_id FROM orders GROUP BY customer_id HAVING (${e}) IS NOT NULL`],
  ['case', e => `SELECT CASE WHEN (${e}) IS NULL THEN 'a' ELSE 'b' END FROM orders LIMIT 1`],
  ['coalesce', e => `SELECT coalesce((${e})::text, 'a')`],
  ['sub-select', e => `SELECT * FROM (SELECT (${e}) AS x) s`],
  ['CTE', e => `WITH a AS (SELECT (${e}) AS x) SELECT * FROM a`],
  ['unused CTE', e => `WITH a AS MATERIALIZED (SELECT (${e}) AS x) SELECT 1`],
  [
    'recursive CTE',
    e =>
      `WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 2 AND (${e}) IS NOT NULL) SELECT * FROM r`,
  ],
  ['union', e => `SELECT 'a'::text UNION ALL SELECT (${e})::text`],
  ['values', e => `VALUES ((${e})::text), ('b')`],
  ['lateral', e => `SELECT o.id, l.x FROM orders o CROSS JOIN LATERAL (SELECT (${e}) AS x) l WHERE o.id = 1`],
  [
    'join condition',
    e =>
      `SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.customer_id AND (${e}) IS NOT NULL WHERE o.id = 1`,
  ],
  ['array of a query', e => `SELECT ARRAY(SELECT (${e})::text)`],
  ['exists', e => `SELECT id FROM orders WHERE EXISTS (SELECT 1 WHERE (${e}) IS NOT NULL) AND id = 1`],
  ['filter', e => `SELECT count(*) FILTER (WHERE (${e}) IS NOT NULL) FROM orders`],
  ['window', e => `SELECT row_number() OVER (PARTITION BY (${e})::text ORDER BY id) FROM orders`],
  ['distinct on', e => `SELECT DISTINCT ON ((${e})::text) id FROM orders`],
  ['limit', e => `SELECT id FROM orders LIMIT length((${e})::text)`],
  ['argument', e => `SELECT length(concat((${e})::text, 'a'))`],
  ['row', e => `SELECT ROW(1, (${e}))`],
  ['json', e => `SELECT json_build_object('x', (${e})::text)`],
]

/** Some thousand statements, the same ones for the same seed. */
export function createCorpus(seed = 1): readonly CorpusStatement[] {
  const random = createRandom(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const corpus: CorpusStatement[] = []
  const add = (text: string, isSafe: boolean, kind: string): void => {
    const [spelling, spell] = one(SPELLINGS)
    corpus.push({ text: spell(text), isSafe, kind: `${kind}, ${spelling}` })
  }
  for (const [kind, expressions] of Object.entries(UNSAFE_EXPRESSIONS))
    for (const expression of expressions)
      for (const [place, build] of PLACES) if (random() < 0.7) add(build(expression), false, `${kind} in ${place}`)
  for (const expression of SAFE_EXPRESSIONS)
    for (const [place, build] of PLACES) if (random() < 0.7) add(build(expression), true, `safe in ${place}`)
  for (const [kind, statements] of Object.entries(UNSAFE_STATEMENTS))
    for (const text of statements)
      for (const [spelling, spell] of SPELLINGS)
        corpus.push({ text: spell(text), isSafe: false, kind: `${kind}, ${spelling}` })
  for (const text of SAFE_STATEMENTS)
    for (const [spelling, spell] of SPELLINGS)
      corpus.push({ text: spell(text), isSafe: true, kind: `safe statement, ${spelling}` })
  return corpus
}
