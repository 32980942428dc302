import { describe, expect, it } from 'vitest'
import { addressOf, formatAddress } from '../../src/signals/pool-address.ts'

const SECRET = 'Zebra-Lamp'

/** What people write when a password has a character that must be escaped, or when they mistype. */
const MALFORMED: readonly unknown[] = [
  `postgres://svc:48/${SECRET}@host/db`,
  `postgres://svc:48?${SECRET}@host/db`,
  `postgres://svc:48#${SECRET}@host/db`,
  `postgres://svc:a/${SECRET}@host/db`,
  `postgres://svc:${SECRET}/x@host/db`,
  `postgres://svc:${SECRET}?x@host/db`,
  `postgres://svc:${SECRET}#x@host/db`,
  `postgres://svc:${SECRET}@@host/db`,
  `postgres://svc:@${SECRET}@host/db`,
  `postgres://svc:%zz${SECRET}@host/db`,
  `postgres://svc:${SECRET}%40host/db`,
  `postgres://svc:[${SECRET}]@host/db`,
  `postgres://svc:${SECRET} x@host/db`,
  `postgres://svc@${SECRET}:host/db`,
  `postgres://${SECRET}@host`,
  `postgres://:${SECRET}@host/db`,
  `postgres:/svc:${SECRET}@host/db`,
  `postgres:svc:${SECRET}@host/db`,
  `postgres//svc:${SECRET}@host/db`,
  `postgres:://svc:${SECRET}@host/db`,
  `svc:${SECRET}@host/db`,
  `svc:${SECRET}`,
  `${SECRET}@host`,
  `//svc:${SECRET}@host/db`,
  `/svc:${SECRET}@host db`,
  `/var/run db ${SECRET}`,
  `/var/run password=${SECRET}`,
  `host=localhost password=${SECRET} dbname=db`,
  `host:localhost password:${SECRET}`,
  `jdbc:postgresql://host/db?user=svc&password=${SECRET}`,
  `postgres://host/db?password=${SECRET}`,
  `postgres://host/db;password=${SECRET}`,
  `postgres://host/db:${SECRET}@x`,
  `postgres://host:5432/svc:${SECRET}@db`,
  `postgres://host?host=svc:${SECRET}@x`,
  `postgres://host?port=${SECRET}`,
  `socket:/var/run?db=svc:${SECRET}@x`,
  `socket://svc:${SECRET}@/var/run`,
  `"postgres://svc:${SECRET}@host/db"`,
  `postgres://svc:${SECRET}@host/db\n`,
  ` postgres://svc:48/${SECRET}@host/db`,
  `redis://svc:48/${SECRET}@host/0`,
  `postgres://svc:a/${SECRET}@/db`,
  `postgres://svc:${SECRET}@/x@/db`,
  `postgres://svc@/${SECRET}@/db`,
  `/svc:${SECRET}`,
]

describe('2-61: no part of a connection string is shown unless it is what it seems', () => {
  it.each(MALFORMED)('%s', connectionString => {
    expect(formatAddress(addressOf({ connectionString }, {}))).not.toContain(SECRET)
    // Where an option or a variable was filled with the whole string.
    for (const part of ['host', 'port', 'database']) {
      if (connectionString === `${SECRET}@host`) continue
      expect(formatAddress(addressOf({ [part]: connectionString }, {}))).not.toContain(SECRET)
      const environment = { [`PG${part.toUpperCase()}`]: String(connectionString) }
      expect(formatAddress(addressOf({}, environment))).not.toContain(SECRET)
    }
  })

  it('and a Unix socket in a connection string is named as pg finds it', () => {
    for (const [url, name] of [
      ['postgres://u:pw@/mydb?host=/cloudsql/project:europe-west1:db', '/cloudsql/project:europe-west1:db:5432/mydb'],
      ['postgres://u:pw@/mydb?host=/var/run/postgresql', '/var/run/postgresql:5432/mydb'],
      ['postgres://u@/mydb?host=/var/run/postgresql&port=5433', '/var/run/postgresql:5433/mydb'],
      ['postgres:///mydb?host=/var/run/postgresql', '/var/run/postgresql:5432/mydb'],
      ['postgres://u:pw@/mydb', 'localhost:5432/mydb'],
    ] as const)
      expect(formatAddress(addressOf({ connectionString: url }, {}))).toBe(name)
  })

  it('whatever the options are', () => {
    const hostile = {
      get connectionString() {
        throw new Error(SECRET)
      },
    }
    const odd: unknown[] = [undefined, null, 1, 'x', [], hostile, { connectionString: { toString: () => SECRET } }]
    for (const options of odd) expect(formatAddress(addressOf(options, {}))).not.toContain(SECRET)
    expect(formatAddress(addressOf({ host: 5, port: -1, database: Symbol('x') }, {}))).toBe('unknown:unknown/unknown')
  })

  it('and the usual spellings stay as they are', () => {
    const names = [
      '/cloudsql/project-1:europe-west1:db',
      '::1',
      '[::1]',
      '10.0.0.1',
      'db-1.internal',
      'localhost',
      '/var/run/postgresql',
      'bücher.example',
    ]
    for (const host of names) expect(addressOf({ host, database: 'shop_2' }, {}).host).toBe(host)
  })
})
