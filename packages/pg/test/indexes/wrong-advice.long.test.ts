import { describe, expect, it } from 'vitest'
import { AdvisedTables, SERVERS } from './advised-tables.ts'
import { receiptFor } from './advice-of.ts'

describe.each(SERVERS)('index advice, %s', (_, options, extensions) => {
  const db = new AdvisedTables(
    [
      ...extensions,
      `CREATE TABLE parcel AS SELECT i AS id, (i * 7919) % 30000 AS buyer_id, i % 40 AS shop_id, CASE WHEN i % 3 = 0 THEN 'paid' ELSE 'sent' END AS state,
        (i * 31) % 50000 AS place, repeat('n', 80) AS pad FROM generate_series(1, 60000) i`,
      'ALTER TABLE parcel ADD PRIMARY KEY (id)',
      'CREATE TABLE archive AS SELECT * FROM parcel; ALTER TABLE archive ADD PRIMARY KEY (id)',
      'CREATE TABLE author AS SELECT i AS id, i AS code FROM generate_series(1, 20000) i; ALTER TABLE author ADD PRIMARY KEY (id)',
      'CREATE TABLE book AS SELECT i AS id, 1 + (i * 7) % 20000 AS author_id FROM generate_series(1, 100000) i',
      'ALTER TABLE book ADD FOREIGN KEY (author_id) REFERENCES author',
      `CREATE TABLE shift AS SELECT i AS id, timestamptz '2026-01-01' + i * interval '1 minute' AS made_at, CASE WHEN i < 12000 THEN 'done' ELSE 'open' END AS state,
        CASE WHEN i % 7 = 0 THEN 'small' ELSE 'large' END AS size, 1 + (i * 7919) % 20000 AS place_id, repeat('n', 80) AS pad FROM generate_series(1, 60000) i`,
      'CREATE TABLE place AS SELECT i AS id, i % 400 AS town FROM generate_series(1, 20000) i; ALTER TABLE place ADD PRIMARY KEY (id)',
      "CREATE TABLE town AS SELECT i AS id, 'town ' || i AS name FROM generate_series(0, 399) i; ALTER TABLE town ADD PRIMARY KEY (id)",
      'VACUUM ANALYZE',
    ],
    options,
  )

  it.each([
    ['UPDATE author SET id = 77 WHERE id = 77', []],
    ['UPDATE author SET id = $1, code = $2 WHERE id = $3', ['77', 5, 77]],
    ['UPDATE author SET id = id, code = 5 WHERE id = 77', []],
  ])('finds no reference that is looked up where a key stays what it is: %s', async (text, values) => {
    expect(await db.advised(text, values)).toEqual([])
  })

  it.each([
    ['UPDATE author SET id = $1 WHERE id = $2', [99_999, 77]],
    ['UPDATE author a SET id = 77 FROM parcel p WHERE p.id = 77 AND a.code = 5', []],
    ['DELETE FROM author WHERE id = 77', []],
  ])('finds the reference that is looked up where a key changes: %s', async (text, values) => {
    expect(await db.advised(text, values)).toContain('book (author_id)')
  })

  it('searches each arm of an OR by what fewest rows meet', async () => {
    const text = "SELECT * FROM parcel WHERE (state = 'paid' AND buyer_id = 77) OR (state = 'sent' AND place = 78)"
    expect(await db.advised(text)).toEqual(['parcel (buyer_id)', 'parcel (place)'])
  })

  it.each([
    ["state <> 'open' ORDER BY made_at DESC LIMIT 10", 'which all lie at the end of the order', []],
    ["(pad = '' OR made_at < '2026-01-10') ORDER BY made_at DESC LIMIT 1", 'which the order has last', []],
    ["state <> 'open' AND size <> 'large' ORDER BY made_at DESC LIMIT 1", 'which lie at the end', []],
    ["state <> 'open' AND made_at > '2026-01-20' ORDER BY made_at LIMIT 1", 'which there are none of', []],
    ["state <> 'open' ORDER BY made_at LIMIT 10", 'which lie at its beginning', ['shift (made_at)']],
    ["size <> 'large' ORDER BY made_at DESC LIMIT 10", 'which lie everywhere', ['shift (made_at)']],
  ])('reads an index in its order where the first rows come soon: %s, %s', async (rest, _, bodies) => {
    expect(await db.advised(`SELECT * FROM shift WHERE ${rest}`)).toEqual(bodies)
  })

  it.each([
    ['JOIN place p ON p.id = s.place_id WHERE p.town = 77', 'few', ['shift (place_id)']],
    ['WHERE s.place_id IN (SELECT id FROM place WHERE town = 77)', 'few', ['shift (place_id)']],
    ['JOIN place p ON p.id = s.place_id JOIN town t ON t.id = p.town WHERE t.name = $1', 'few', ['shift (place_id)']],
    // The planner alone says what such a join costs.
    ['JOIN place p ON p.id = s.place_id WHERE p.town <> 77', 'nearly all', extensions.map(() => 'shift (made_at)')],
    ['JOIN place p ON p.id = s.place_id', 'all', extensions.map(() => 'shift (made_at)')],
    ['LEFT JOIN place p ON p.id = s.place_id AND p.town = 77', 'all', ['shift (made_at)']],
  ])('reads an index in its order where a join leaves enough of the rows: %s', async (rest, _, bodies) => {
    const values = rest.includes('$1') ? ['town 77'] : []
    const advised = await db.advised(`SELECT s.id FROM shift s ${rest} ORDER BY s.made_at DESC LIMIT 10`, values)
    expect(advised.filter(each => each.startsWith('shift'))).toEqual(bodies)
  })

  it('finds what a join lacks that merges two keys', async () => {
    const text = 'SELECT a.id FROM author a JOIN parcel p ON p.id = a.id WHERE p.buyer_id = 77'
    const settings = { enable_nestloop: 'off', enable_hashjoin: 'off' }
    expect(await db.advised(text, [], settings)).toEqual(['parcel (buyer_id)'])
  })

  it('compares a row with a query part by part', async () => {
    const text =
      'SELECT * FROM parcel WHERE (buyer_id, shop_id) IN (SELECT buyer_id, shop_id FROM archive WHERE id = 77)'
    expect(await db.advised(text)).toEqual([expect.stringMatching(/^parcel \(buyer_id[,)]/)])
  })

  it.each([
    ["SELECT * FROM parcel WHERE id = 77 AND state IS NOT DISTINCT FROM 'sent'", false],
    ['SELECT * FROM parcel WHERE buyer_id = 77 AND shop_id IS NOT DISTINCT FROM 5', false],
    ['SELECT * FROM parcel WHERE buyer_id IS NOT DISTINCT FROM 77', true],
  ])('says that no index serves a comparison only where that matters: %s', async (text, matters) => {
    const { problems } = await receiptFor(db.pool, { text })
    expect(String(problems).includes('no index serves')).toBe(matters)
  })
})
