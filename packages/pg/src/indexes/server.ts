/** One row, by column. */
type Row = Readonly<Record<string, unknown>>

/** Asks the application's server, in a transaction that cannot write. One statement at a time. */
export interface Server {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

export type { Row }

let savepoints = 0

/** Runs work that may fail, which leaves the transaction as it was before. */
export async function attempt<T>(server: Server, work: () => Promise<T>): Promise<T> {
  const name = `homeostat_${++savepoints}`
  await server.query(`SAVEPOINT ${name}`)
  try {
    const result = await work()
    await server.query(`RELEASE SAVEPOINT ${name}`)
    return result
  } catch (error) {
    await server.query(`ROLLBACK TO SAVEPOINT ${name}`)
    throw error
  }
}
