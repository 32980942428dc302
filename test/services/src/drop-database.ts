// Run by the guardian when a process ended without dropping its database on the server of DATABASE_URL.
import { dropDatabase } from './database-on-server.ts'
import { withClient } from './postgres-cluster.ts'

const [database] = process.argv.slice(2)
const url = process.env['DATABASE_URL']
if (database && url) void withClient(url, client => dropDatabase(client, database))
