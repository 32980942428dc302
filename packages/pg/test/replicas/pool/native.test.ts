import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import Module, { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createReplicaPool } from '../../../src/replicas.ts'

const require = createRequire(import.meta.url)
const initPaths = (): void => (Module as unknown as { _initPaths(): void })._initPaths()
const before = process.env['NODE_PATH']
let folder: string
let driver: typeof pg

// Of pg-native itself nothing is called before a connection.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-native-'))
  await writeFile(join(folder, 'pg-native.js'), 'module.exports = class { on() {} end() {} }')
  process.env['NODE_PATH'] = folder
  initPaths()
  driver = require('pg') as typeof pg
})

afterAll(async () => {
  if (before === undefined) delete process.env['NODE_PATH']
  else process.env['NODE_PATH'] = before
  initPaths()
  await rm(folder, { recursive: true, force: true })
})

it('a pool of pg.native is refused as a primary, before anything of it is touched', () => {
  const primary = new driver.native!.Pool()
  const { query, connect, end } = primary
  expect(() => createReplicaPool({ primary, replicas: [] })).toThrow(
    expect.objectContaining({ name: 'UnroutablePoolError', message: expect.stringContaining('pg.native') }),
  )
  expect([primary.query, primary.connect, primary.end]).toEqual([query, connect, end])
})

it('a pool of pg.native is left out as a replica, which is reported', async () => {
  const lines: string[] = []
  const note = (line: string): void => void lines.push(line)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
  const primary = new driver.Pool({ host: '127.0.0.1', port: 1 })
  const pool = createReplicaPool({ primary, replicas: [new driver.native!.Pool()] })
  expect(pool.routing.replicas).toEqual([])
  expect(lines).toContainEqual(expect.stringContaining('replicas[0] is a pool of pg.native'))
  await pool.end()
  diag.disable()
})
