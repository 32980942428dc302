import { afterEach, beforeEach, vi } from 'vitest'
import type { Knob, Knobs } from '../../src/index.ts'
import { knobsOver, run } from './cell.ts'

export const NAME = 'worker.concurrency'

export const never = (): Promise<never> => new Promise(() => {})

/** Each wait of these tests is one of the code under test, so that it takes no time here and is exact. */
export function useVirtualTime(): void {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  )
  afterEach(() => void vi.useRealTimers())
}

/** A switch that may be tripped, and knobs in memory that ask it. */
export function stoppable(knob: Knob): { knobs: Knobs; trip: () => void; faults: unknown[] } {
  let isStopped = false
  const faults: unknown[] = []
  const knobs = knobsOver(knob, { isStopped: () => isStopped, onFault: fault => faults.push(fault) })
  return { knobs, trip: () => void (isStopped = true), faults }
}

export const inMemory = { keptIn: 'memory' } as const

/** Runs and lets time pass until it has settled. */
export async function tried(knob: Knob, knobs: Knobs, to: number): Promise<unknown> {
  const done = run(knob, knobs, { to }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(2000)
  return done
}
