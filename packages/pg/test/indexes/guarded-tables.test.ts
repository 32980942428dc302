import { describe, expect, it } from 'vitest'
import { AdvisedTables } from './advised-tables.ts'

const TENANT = { role: 'app', 'app.tenant': '77' }

describe('indexes on tables of kinds that are easily missed', () => {
  const db = new AdvisedTables([
    `CREATE TABLE order_of_tenant AS SELECT i AS id, i % 500 AS tenant_id, 'code' || i AS code, i * 2 AS at, repeat('x', 60) AS pad FROM generate_series(1, 60000) i`,
    `CREATE UNLOGGED TABLE queue AS SELECT i AS id, CASE WHEN i % 5000 = 0 THEN 'queued' ELSE 'done' END AS status FROM generate_series(1, 60000) i`,
    "CREATE DOMAIN address AS text CHECK (VALUE LIKE '%@%')",
    'CREATE DOMAIN work_address AS address',
    "CREATE TABLE person AS SELECT i AS id, ('p' || i || '@example.org')::work_address AS mail FROM generate_series(1, 60000) i",
    'CREATE VIEW even_order WITH (security_barrier) AS SELECT * FROM order_of_tenant WHERE id % 2 = 0',
    'CREATE ROLE app',
    'GRANT SELECT ON ALL TABLES IN SCHEMA public TO app',
    'ALTER TABLE order_of_tenant ENABLE ROW LEVEL SECURITY',
    "CREATE POLICY own ON order_of_tenant USING (tenant_id = current_setting('app.tenant', true)::int)",
    'ANALYZE order_of_tenant, queue, person',
  ])

  it('serve the condition that row-level security adds', async () => {
    const text = 'SELECT count(*) FROM order_of_tenant WHERE at > 100'
    expect(await db.advised(text, [], TENANT)).toEqual(['order_of_tenant (tenant_id)'])
    // The owner sees all rows.
    expect(await db.advised(text)).toEqual([])
  })

  it('serve what tells nothing about rows that are not shown, and nothing else', async () => {
    expect(await db.advised("SELECT * FROM order_of_tenant WHERE code = 'code77'", [], TENANT)).toEqual([
      'order_of_tenant (code)',
    ])
    const pattern = "SELECT * FROM order_of_tenant WHERE code LIKE 'code77%'"
    expect(await db.advised(pattern, [], TENANT)).toEqual(['order_of_tenant (tenant_id)'])
    expect(await db.advised(pattern)).toHaveLength(1)
    expect(await db.advised("SELECT * FROM even_order WHERE code LIKE 'code77%'", [], TENANT)).toEqual([
      'order_of_tenant (tenant_id)',
    ])
    expect(await db.advised("SELECT * FROM even_order WHERE code = 'code78'")).toEqual(['order_of_tenant (code)'])
  })

  it('are built on tables that are not logged', async () => {
    expect(await db.advised("SELECT * FROM queue WHERE status = 'queued' FOR UPDATE SKIP LOCKED")).toEqual([
      'queue (status)',
    ])
  })

  it('serve columns of a domain as those of the type behind it', async () => {
    expect(await db.advised("SELECT * FROM person WHERE mail = 'p77@example.org'")).toEqual(['person (mail)'])
    const [pattern] = await db.advised("SELECT * FROM person WHERE mail LIKE 'p777%'")
    expect(pattern).toMatch(/^person \(mail(?: text_pattern_ops)?\)$/)
  })
})
