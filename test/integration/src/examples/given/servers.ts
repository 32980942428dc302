import { Redis } from 'ioredis'
import { Pool } from 'pg'

/** A connection of the shop to its Redis; it connects when it is first used. */
export const redis: Redis = new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379', { lazyConnect: true })

/** The connections of the shop to its Postgres. */
export const pool: Pool = new Pool({ connectionString: process.env['DATABASE_URL'] })
