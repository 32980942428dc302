import type { Action, ActionContext, Receipt } from '@homeostat/optimizer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** One action and what its tests need to know of it. */
export interface ActionSubject<Options> {
  /** The action, over whatever `prepare` made. */
  create(): Action<Options> | Promise<Action<Options>>
  /** Makes something to act on. Called before each test. */
  prepare?(): Promise<void> | void
  /** How much was really done since `prepare`, counted without the action, e.g. keys that are gone from the cache. */
  effect(): Promise<number>
  /** The count of the receipt's `effects` that must equal it, e.g. `entries`. */
  readonly counts: string
  /** What the context differs in, e.g. `{ options: { limit: 10 } }`. */
  readonly context?: Partial<ActionContext<Options>>
  /** Takes down what `prepare` made. Called after each test. */
  close?(): Promise<void> | void
}

/** What every action must hold. Call it at the top level of a test file or inside a `describe`. */
export function describeAction<Options = unknown>(name: string, subject: ActionSubject<Options>): void {
  const run = async (action: Action<Options>, overrides: Partial<ActionContext<Options>> = {}): Promise<Receipt> =>
    action.run({
      firing: { alert: 'Conformance', labels: {}, annotations: {}, value: 1, since: Date.now() - 60_000 },
      options: undefined,
      now: Date.now(),
      signal: AbortSignal.timeout(30_000),
      sliceMs: 5,
      ...subject.context,
      ...overrides,
    })
  const countOf = (receipt: Receipt): number => receipt.effects[subject.counts] ?? 0

  describe(`${name}, as every action`, () => {
    let action: Action<Options>

    beforeEach(async () => {
      await subject.prepare?.()
      action = await subject.create()
    })
    afterEach(async () => {
      await subject.close?.()
    })

    it('declares what it is', () => {
      expect(action.name).toMatch(/^[a-z][a-zA-Z0-9_-]*(\.[a-z][a-zA-Z0-9_-]*)+$/)
      expect(['process', 'shared']).toContain(action.scope)
      expect([0, 1, 2, 3]).toContain(action.risk)
      expect(action.touches, 'an action that touches nothing could never be in the way of another').not.toEqual([])
      for (const resource of [...action.touches, ...action.raises, ...action.lowers]) {
        expect(resource).toMatch(/^[a-z][a-z0-9_.-]*$/)
      }
    })

    it('says in its receipt what it really did', async () => {
      const receipt = await run(action)
      expect(countOf(receipt)).toBeGreaterThan(0)
      expect(countOf(receipt)).toBe(await subject.effect())
      expect(receipt.summary).toMatch(/^\S[^\n]*$/)
      for (const count of Object.values(receipt.effects)) expect(count).toSatisfy(isCount)
      expect(receipt.blockedMs ?? 0).toSatisfy(isCount)
      for (const { what, why } of receipt.advice ?? []) expect(`${what} | ${why}`).toMatch(/^[^\n]*$/)
    })

    it('does nothing and returns soon when it was aborted before', async () => {
      const started = performance.now()
      const receipt = await run(action, { signal: AbortSignal.abort() })
      expect(performance.now() - started).toBeLessThan(5_000)
      expect(countOf(receipt)).toBe(0)
      expect(await subject.effect()).toBe(0)
    })

    it('may run twice: the receipts still add up to what was done', async () => {
      const receipts = [await run(action), await run(action)]
      expect(receipts.map(countOf).reduce((sum, count) => sum + count)).toBe(await subject.effect())
    })
  })
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}
