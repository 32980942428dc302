import type { ServerCandidate, ServerEngine } from '../src/engines.ts'

/** What may be chosen here, the preferred one first. */
export const engines: readonly ServerEngine[] = [
  { name: 'redis', title: 'Redis' },
  { name: 'postgres', title: 'Postgres' },
]

/** A server that is only there to be chosen. */
const candidate = (engine: string, address: string): ServerCandidate<never> => ({
  engine,
  address,
  create: () => {
    throw new Error('choosing creates nothing')
  },
})

export const cache: ServerCandidate<never> = candidate('redis', 'cache:6379/0')
export const queues: ServerCandidate<never> = candidate('redis', 'queues:6379/0')
export const shop: ServerCandidate<never> = candidate('postgres', 'db:5432/shop')
