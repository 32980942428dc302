import type { Registry } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import { measureEventLoopDelay } from './event-loop-delay.ts'
import { measureEventLoopTime } from './event-loop-time.ts'
import { IterationSampler, canSampleIterations } from './iteration-sampler.ts'
import type { LoopSampler } from './loop-sampler.ts'
import { TimerSampler } from './timer-sampler.ts'

/** How the event loop is watched: at each of its iterations, or by a timer. */
export type LoopSampling = 'iteration' | 'timer'

/** Delay and utilization of this thread's event loop, from one sampler. */
export function measureEventLoop(registry: Registry, sampling: LoopSampling | undefined): Disposable {
  let sampler: LoopSampler | undefined
  const delay = measureEventLoopDelay(registry, nowMs => sampler?.pendingMs(nowMs) ?? 0)
  const time = measureEventLoopTime(registry)
  const onSample = (heldMs: number, idleMs: number, nowMs: number): void => {
    delay.onSample(heldMs, idleMs, nowMs)
    time.advance(nowMs)
  }
  const byIteration = sampling !== 'timer' && canSampleIterations()
  const contained = (...sample: Parameters<typeof onSample>): void =>
    registry.faults.contain('signal', () => onSample(...sample))
  sampler = byIteration ? new IterationSampler(contained) : new TimerSampler(contained)
  return disposeTogether(delay, time, sampler)
}
