import { within, withoutTracing } from '@homeostat/signals'
import type { FleetLease } from '../fleet/coordinator.ts'
import type { Knob } from '../knob.ts'
import { KnobReadingError, KnobTimeoutError } from './errors.ts'

/** A knob whose calls end in time, leave no spans, and cannot throw before they return a promise. */
export interface KnobAccess {
  read(): Promise<number>
  compareAndSet(expected: number, next: number, lease: FleetLease | undefined): Promise<boolean>
}

export function accessTo(knob: Knob, timeoutMs: number): KnobAccess {
  const call = <R>(doing: 'read' | 'compareAndSet', start: () => R | Promise<R>): Promise<R> =>
    within(
      timeoutMs,
      () => withoutTracing(start),
      () => new KnobTimeoutError(knob.name, doing, timeoutMs),
      {
        holdsProcess: true,
      },
    )
  return {
    read: async () => {
      const value: unknown = await call('read', () => knob.read())
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new KnobReadingError(knob.name, typeof value)
      return value
    },
    compareAndSet: (expected, next, lease) => call('compareAndSet', () => knob.compareAndSet(expected, next, lease)),
  }
}
