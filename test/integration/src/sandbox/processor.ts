import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Facts } from './facts.ts'
import { factsOf } from './facts.ts'

/** Reads from Redis, for some ticks' time, and answers with what runs beside it. */
export default async function process({ data }: { readonly data: { readonly url: string } }): Promise<Facts> {
  const redis = new Redis(data.url)
  await redis.get('some key')
  await sleep(100)
  const facts = await factsOf()
  redis.disconnect()
  return facts
}
