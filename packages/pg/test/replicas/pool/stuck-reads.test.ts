import pg from 'pg'
import { expect, it } from 'vitest'
import type { RoutablePool } from '../../../src/replicas/pool/driver-shapes.ts'
import type { Probe } from '../../../src/replicas/pool/probe.ts'
import { Replica } from '../../../src/replicas/pool/replica.ts'
import { moveStuckReads } from '../../../src/replicas/pool/stuck-reads.ts'

it('a read stays whose answer is still arriving when its process is done', async () => {
  const pool = new pg.Pool() as unknown as RoutablePool
  const replica = new Replica(pool, 'replica')
  const moved: number[] = []
  const reads = [1, 2].map(backend => ({
    backend,
    received: 100,
    startedAt: 0,
    isSent: true,
    isConnected: true,
    abandon: () => void moved.push(backend),
  }))
  for (const read of reads) replica.reads.add(read)
  // The server says of both processes that they are idle; bytes of one answer arrive meanwhile.
  const probe = {
    ask: async () => {
      reads[0]!.received += 65_536
      return reads.map(({ backend: pid }) => ({ pid }))
    },
  } as unknown as Probe
  await moveStuckReads(replica, { probe, now: () => 2_000, primary: pool, limitMs: 1_000 })
  await expect.poll(() => moved).toEqual([2])
})
