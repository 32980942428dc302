import { Pool } from 'pg'
import { Availability, addressOf } from './availability.ts'
import { createSchema } from './schema.ts'
import { StartError } from './settings.ts'

/** Password, user or database name is wrong: waiting does not help. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REFUSED: ReadonlySet<string | undefined> = new Set(['28P01', '28000', '3D000'])

const RETRY_MS = 2000

/** The shop's database. Without it the shop goes on with what needs none. */
export class Database implements AsyncDisposable {
  readonly pool: Pool
  readonly availability: Availability
  readonly #address: string
  #retry: NodeJS.Timeout | undefined

  constructor(url: string, say: (line: string) => void) {
    this.#address = addressOf(url, 5432)
    this.availability = new Availability(`Postgres at ${this.#address}`, say)
    this.pool = new Pool({
      connectionString: url,
      application_name: 'shop',
      max: 10,
      connectionTimeoutMillis: 3000,
      query_timeout: 10_000,
    })
    this.pool.on('connect', this.availability.back)
    this.pool.on('error', this.availability.lost)
  }

  /**
   * Creates the tables; tries again in the background when the server is down.
   *
   * @throws StartError when the server refuses us, which only a person can put right
   */
  async prepare(): Promise<void> {
    try {
      await createSchema(this.pool)
    } catch (error) {
      const { code } = error as { code?: string }
      if (REFUSED.has(code))
        throw new StartError(`Postgres at ${this.#address} refused us (${code}): correct DATABASE_URL`)
      this.availability.lost(error)
      this.#retry = setTimeout(() => void this.prepare().catch(this.availability.lost), RETRY_MS)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#retry)
    await this.pool.end()
  }
}

/** True when the server is the trouble, not the statement. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string') return /^(08|57P|53)|^E[A-Z]+$/.test(code)
  return typeof message === 'string' && /timeout|terminated|ended/i.test(message)
}
