import { randomBytes } from 'node:crypto'
import { attempt, type Server } from './server.ts'

/** Prepares a statement under a name of its own, works with that, and takes it back. */
export async function withPrepared<T>(server: Server, text: string, work: (name: string) => Promise<T>): Promise<T> {
  // A connection that a pooler shares may have one from before.
  const name = `homeostat_${randomBytes(8).toString('hex')}`
  let isPrepared = false
  try {
    return await attempt(server, async () => {
      await server.query(`PREPARE ${name} AS ${text}`)
      isPrepared = true
      return work(name)
    })
  } finally {
    // No transaction takes it back, and one that has failed takes no statement. Where the connection is lost, the first error says more.
    if (isPrepared) await server.query(`DEALLOCATE ${name}`).catch(() => {})
  }
}
