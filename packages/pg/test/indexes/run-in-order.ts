import type pgDriver from 'pg'

/** Runs statements one after the other, each in a transaction of its own. */
export async function runInOrder(pool: pgDriver.Pool, statements: readonly string[]): Promise<void> {
  for (const each of statements) await pool.query(each)
}
