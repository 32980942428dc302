import { cpuService } from './cpu-service.ts'
import { memoryService } from './memory-service.ts'
import { live } from './live.ts'
import type { Outcome } from './score.ts'
import { outcomeOf } from './score.ts'
import type { ServiceKind } from './simulated-service.ts'

/** The services that are simulated. A queue whose age is seen is guarded: jobs must not wait for too long. */
export const serviceKinds: readonly ServiceKind[] = [
  cpuService({ isQueueSeen: false }),
  cpuService({ isQueueSeen: true }),
  memoryService,
]

/** One service, three times: nobody acts, the reactive rules alone, and the forecasts as well. */
export async function compare(kind: ServiceKind, days: number, seed: number): Promise<Outcome> {
  const life = { kind, days, seed }
  return outcomeOf(
    {
      nothing: await live(life, 'nothing'),
      reactive: await live(life, 'reactive'),
      preventive: await live(life, 'preventive'),
    },
    days,
  )
}
