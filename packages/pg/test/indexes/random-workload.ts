import type { Sent } from './advice-of.ts'

type Random = () => number

/** A table of random columns, and statements as somebody might write them over it and a smaller one. */
export interface Workload {
  readonly tables: readonly string[]
  readonly statements: readonly Sent[]
}

interface RandomColumn {
  readonly name: string
  readonly sql: string
  /** A condition, and the value of its parameter where it has one. */
  condition(random: Random, parameter: string): { readonly sql: string; readonly value?: unknown }
}

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!
const whole = (random: Random, most: number): number => Math.floor(random() * most)

const number = (name: string, distinct: number, isSkewed: boolean): RandomColumn => ({
  name,
  sql: `(${isSkewed ? `pow(random(), 6) * ${distinct}` : `random() * ${distinct}`})::int AS ${name}`,
  condition: (random, parameter) => {
    const value = isSkewed && random() < 0.5 ? 0 : whole(random, distinct)
    const operator = pick(random, ['=', '=', '=', '<', '>', '>='])
    return { sql: `${name} ${operator} ${parameter}`, value }
  },
})

const columnOf = (random: Random, at: number): RandomColumn => {
  const name = `c${at}`
  const distinct = pick(random, [2, 5, 40, 900, 20_000, 1_000_000])
  switch (whole(random, 6)) {
    case 0:
      return {
        name,
        sql: `(random() < ${pick(random, [0.5, 0.1, 0.002])}) AS ${name}`,
        condition: own => ({ sql: pick(own, [name, `NOT ${name}`, `${name} IS TRUE`]) }),
      }
    case 1:
      return {
        name,
        sql: `timestamptz '2026-01-01' + random() * interval '300 days' AS ${name}`,
        condition: (own, parameter) => {
          const day = new Date(Date.UTC(2026, whole(own, 11), 1 + whole(own, 28)))
          return { sql: `${name} ${pick(own, ['>', '<', '>='])} ${parameter}`, value: day }
        },
      }
    case 2:
      return {
        name,
        sql: `'v' || (random() * ${distinct})::int || repeat('z', ${whole(random, 40)}) AS ${name}`,
        condition: (own, parameter) => {
          const value = `v${whole(own, distinct)}`
          return own() < 0.5
            ? { sql: `${name} = ${parameter}`, value }
            : { sql: `${name} LIKE ${parameter}`, value: pick(own, [`${value}%`, `%${value}%`]) }
        },
      }
    case 3:
      return {
        name,
        sql: `CASE WHEN random() < ${pick(random, [0.5, 0.01, 0.99])} THEN (random() * ${distinct})::int END AS ${name}`,
        condition: (own, parameter) =>
          pick(own, [
            { sql: `${name} IS NULL` },
            { sql: `${name} IS NOT NULL` },
            { sql: `${name} = ${parameter}`, value: whole(own, distinct) },
          ]),
      }
    default:
      return number(name, distinct, random() < 0.4)
  }
}

/** The same for the same random numbers. */
export function randomWorkload(random: Random, rows: number): Workload {
  const columns = Array.from({ length: 3 + whole(random, 5) }, (_, at) => columnOf(random, at))
  const list = columns.map(({ sql }) => sql).join(', ')
  const tables = [
    `CREATE TABLE big AS SELECT i AS id, ${list}, (random() * 3000)::int AS small_id, repeat('p', ${whole(random, 150)}) AS pad FROM generate_series(1, ${rows}) i`,
    'ALTER TABLE big ADD PRIMARY KEY (id)',
    "CREATE TABLE small AS SELECT i AS id, i % 50 AS kind, 'n' || i AS name FROM generate_series(1, 3000) i",
    'ALTER TABLE small ADD PRIMARY KEY (id)',
    ...(random() < 0.5 ? [`CREATE INDEX ON big (${pick(random, columns).name})`] : []),
    ...(random() < 0.3
      ? [`CREATE INDEX ON big (${pick(random, columns).name}, ${pick(random, columns).name}, id)`]
      : []),
  ]
  return { tables, statements: Array.from({ length: 6 }, () => statementOf(random, columns)) }
}

function statementOf(random: Random, columns: readonly RandomColumn[]): Sent {
  const values: unknown[] = []
  // Each column once: of conditions that exclude each other, no plan is better than another.
  const left = [...columns]
  const condition = (): string => {
    const [column] = left.splice(whole(random, left.length), 1)
    const { sql, value } = column!.condition(random, `$${values.length + 1}`)
    if (value !== undefined) values.push(value)
    return `big.${sql}`.replace('big.NOT ', 'NOT big.')
  }
  const conditions = Array.from({ length: 1 + whole(random, 3) }, () => condition())
  if (random() < 0.15 && left.length > 1) conditions.push(`(${condition()} OR ${condition()})`)
  const where = conditions.join(' AND ')
  const order = pick(random, columns).name
  const end =
    random() < 0.4 ? ` ORDER BY big.${order} ${pick(random, ['', 'DESC'])} LIMIT ${pick(random, [1, 20])}` : ''
  switch (whole(random, 6)) {
    case 0:
      return { text: `SELECT count(*) FROM big WHERE ${where}`, values }
    case 1:
      return {
        text: `SELECT s.name, big.id FROM small s JOIN big ON big.small_id = s.id WHERE s.name = 'n${whole(random, 3000)}' AND ${where}`,
        values,
      }
    case 2:
      return {
        text: `SELECT s.id, (SELECT count(*) FROM big WHERE big.small_id = s.id AND ${where}) FROM small s WHERE s.kind = 7`,
        values,
      }
    case 3:
      return { text: `UPDATE big SET pad = 'q' WHERE ${where}`, values }
    default:
      return { text: `SELECT * FROM big WHERE ${where}${end}`, values }
  }
}
