import { after, withoutTracing } from '@homeostat/signals'
import type { FleetLease } from '../words/coordinator.ts'
import type { Knob } from '../words/knob.ts'
import { KnobReadingError, KnobTimeoutError } from './errors.ts'

/** A knob whose calls end in time, leave no spans, and cannot throw before they return a promise. */
export interface KnobAccess {
  /** @throws KnobReadingError when it is not a finite number */
  read(): Promise<number>
  /** What the knob answered. Only `true` means that it says it has set the value, and only a read shows that it has. */
  compareAndSet(expected: number, next: number, lease: FleetLease | undefined): Promise<unknown>
  /** Gives the calls that are under way this much longer at most, for somebody is in a hurry. */
  hurry(limitMs: number): void
}

export function accessTo(knob: Knob, timeoutMs: number): KnobAccess {
  const hurries = new Set<(limitMs: number) => void>()
  const call = <R>(doing: 'read' | 'compareAndSet', start: () => R | Promise<R>): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      let settle = (): void => {}
      const settled = new Promise<void>(end => (settle = end))
      const giveUpAfter = (limitMs: number): Disposable =>
        after(limitMs, () => reject(new KnobTimeoutError(knob.name, doing, limitMs, settled)), { holdsProcess: true })
      let timer = giveUpAfter(timeoutMs)
      let endsAt = performance.now() + timeoutMs
      const hurry = (limitMs: number): void => {
        if (performance.now() + limitMs >= endsAt) return
        endsAt = performance.now() + limitMs
        timer[Symbol.dispose]()
        timer = giveUpAfter(limitMs)
      }
      hurries.add(hurry)
      const answer = withoutTracing(() => new Promise<R>(answered => answered(start())))
      void answer.then(resolve, reject).finally(() => {
        timer[Symbol.dispose]()
        hurries.delete(hurry)
        settle()
      })
    })
  return {
    read: async () => {
      const value: unknown = await call('read', () => knob.read())
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new KnobReadingError(knob.name, typeof value)
      return value
    },
    compareAndSet: (expected, next, lease) =>
      call<unknown>('compareAndSet', () => knob.compareAndSet(expected, next, lease)),
    hurry(limitMs) {
      for (const hurry of hurries) hurry(limitMs)
    },
  }
}

/** What kind of value it is, and nothing of the value itself. */
export function typeName(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  return value === undefined ? 'undefined' : `a ${typeof value}`
}
