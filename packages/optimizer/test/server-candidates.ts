import type { ServerCandidate } from '../src/engines.ts'

/** A server that is only there to be chosen. */
const candidate = (engine: 'redis' | 'postgres', address: string): ServerCandidate<never> => ({
  engine,
  address,
  create: () => {
    throw new Error('choosing creates nothing')
  },
})

export const cache: ServerCandidate<never> = candidate('redis', 'cache:6379/0')
export const queues: ServerCandidate<never> = candidate('redis', 'queues:6379/0')
export const shop: ServerCandidate<never> = candidate('postgres', 'db:5432/shop')
