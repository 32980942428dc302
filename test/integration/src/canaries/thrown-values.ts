import type { Canaries } from './canaries.ts'

/** Values that the application's own code throws. */
export interface Thrown {
  /** Makes one value of each kind. */
  readonly kinds: readonly (() => unknown)[]
  /** The next kind. */
  next(): unknown
  /** Throws the next kind. */
  throwNext(): never
}

/** Thrown values of all kinds, each with canaries wherever text fits. */
export function thrownValues(canary: Canaries): Thrown {
  const kinds: readonly (() => unknown)[] = [
    () => new Error(canary('error message')),
    () => Object.assign(new Error(canary('message beside a code')), { code: canary('error code') }),
    () => Object.assign(new Error('x'), { name: canary('error name') }),
    () => new Error('x', { cause: new Error(canary('error cause')) }),
    () => Object.assign(new Error('x'), { stack: canary('error stack') }),
    () => Object.assign(new Error('x'), { detail: canary('error detail'), hint: canary('error hint') }),
    () => canary('thrown string'),
    () => ({ message: canary('thrown object'), toString: () => canary('thrown toString') }),
    () => new AggregateError([new Error(canary('aggregated error'))], canary('aggregate message')),
    () => Object.assign(new Error(canary('many lines')), { stack: `Error: x\n    at ${canary('frame')} (a.js:1:2)` }),
    () => Symbol(canary('thrown symbol')),
    () => class Thrown extends Error {},
  ]
  let thrown = 0
  const next = (): unknown => kinds[thrown++ % kinds.length]!()
  return {
    kinds,
    next,
    throwNext: () => {
      throw next()
    },
  }
}
