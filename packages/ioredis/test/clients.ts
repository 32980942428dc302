import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'

/** Both supported majors, through the newer one's types: the tests use what they have in common. */
export const majors: readonly { readonly major: string; readonly Redis: typeof Redis6 }[] = [
  { major: 'ioredis 5', Redis: Redis5 as unknown as typeof Redis6 },
  { major: 'ioredis 6', Redis: Redis6 },
]

/** The options that the tests use. */
export interface ClientOptions {
  readonly keyPrefix?: string
  readonly connectionName?: string
  readonly db?: number
  readonly lazyConnect?: boolean
  readonly enableAutoPipelining?: boolean
}
