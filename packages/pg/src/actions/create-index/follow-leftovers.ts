import type { Loop } from '@homeostat/optimizer'
import type { PgInstrumentation } from '../../instrumentation.ts'
import { originOfPool } from '../../signals/origin.ts'
import { sweepOnce } from './query-create-index.ts'

/** How often a database is swept, from the first answer of its pool on. */
const SWEEP_MS = 600_000
/** The server may still work on what a process that was killed has asked for; it notices within seconds. */
const SWEEP_AGAIN_MS = 15_000

/**
 * Sweeps the databases of the application at start and from time to time, in every mode: what a process that was killed has left has to go
 * although nobody acts any more.
 */
export function followLeftovers(instrumentation: PgInstrumentation, loop: Loop): Disposable {
  const dueAt = new Map<string, number>()
  let isSweeping = false
  return loop.on(({ now }) => {
    if (!isSweeping) {
      isSweeping = true
      void sweepDue(instrumentation, dueAt, now).finally(() => (isSweeping = false))
    }
  })
}

async function sweepDue(instrumentation: PgInstrumentation, dueAt: Map<string, number>, now: number): Promise<void> {
  for (const pool of instrumentation.answeringPools) {
    try {
      const origin = originOfPool(pool)
      const key = origin.key ?? origin.address
      if (now < (dueAt.get(key) ?? -Infinity)) continue
      dueAt.set(key, now + SWEEP_AGAIN_MS)
      if (await sweepOnce(origin, own => instrumentation.ignore(own))) dueAt.set(key, now + SWEEP_MS)
    } catch (error) {
      instrumentation.registry.faults.report('action', error)
    }
  }
}
