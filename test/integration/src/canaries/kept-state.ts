import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Pool } from 'pg'

/** Paths and texts of all files below a folder. */
export async function filesIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const texts = entries.map(async file => {
    const path = join(file.parentPath, file.name)
    return `${path.slice(folder.length)}\n${file.isFile() ? await readFile(path, 'utf8') : ''}`
  })
  return (await Promise.all(texts)).join('\n')
}

/** Keys of Homeostat's and their values. */
export async function ownKeys(redis: Redis): Promise<string> {
  const keys = await redis.keys('homeostat:*')
  const values = keys.map(async key => {
    const type = await redis.type(key)
    const read = { string: () => redis.get(key), hash: () => redis.hgetall(key) }[type] ?? (() => redis.dump(key))
    return `${key} ${type} ${JSON.stringify(await read())}`
  })
  return (await Promise.all(values)).join('\n')
}

/** The rows of Homeostat's tables. */
export async function ownTables(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE tablename LIKE 'homeostat%'`,
  )
  const texts = rows.map(async ({ name }) => JSON.stringify((await pool.query(`SELECT * FROM ${name}`)).rows))
  return (await Promise.all(texts)).join('\n')
}
