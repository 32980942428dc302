import { Client } from 'pg'

export { pool as migrations } from './servers.ts'

/** A connection of its own, which only serves monitoring. */
export const client: Client = new Client({ connectionString: process.env['DATABASE_URL'] })

export const forecasts: object = {}
