import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { knobAction, knobActions, Knobs } from '@homeostat/optimizer'
import { knobKey } from '@homeostat/optimizer/engines'
import { knobActionNames } from '@homeostat/optimizer/parts'
import type { ActionContext, Coordinator, Knob, KnobOptions, Receipt, UndoContext } from '@homeostat/optimizer'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** One knob and what its tests need to know of it. */
export interface KnobSubject {
  /** The knob, over whatever `prepare` made. */
  create(): Knob | Promise<Knob>
  /** Makes something to set. Called before each test. */
  prepare?(): Promise<void> | void
  /** The value, read without the knob. */
  value(): number | Promise<number>
  /** Sets the value as a person does, without the knob. */
  setByHand(value: number): Promise<void> | void
  /** For a shared knob. */
  coordinator?(): Coordinator
  /** Takes down what `prepare` made. Called after each test. */
  close?(): Promise<void> | void
}

const LONG_MS = 60_000
const SHORT_MS = 1000

/** What every knob must hold. Call it at the top level of a test file or inside a `describe`. */
export function describeKnob(name: string, subject: KnobSubject): void {
  describe(`${name}, as every knob`, () => {
    let knob: Knob
    let knobs: Knobs
    let folder: string
    let faults: unknown[]

    beforeEach(async () => {
      await subject.prepare?.()
      knob = await subject.create()
      folder = await mkdtemp(join(tmpdir(), 'homeostat-knob-'))
      faults = []
      knobs = knobsWith(LONG_MS)
    })
    afterEach(async () => {
      await knobs.close()
      await subject.close?.()
      await rm(folder, { recursive: true, force: true })
    })

    const knobsWith = (leaseMs: number, over: Knob = knob): Knobs => {
      const coordinator = subject.coordinator?.()
      return new Knobs({
        knobs: [over],
        service: 'conformance',
        stateDir: folder,
        coordinator,
        leaseMs,
        clock: Date.now,
        onFault: error => void faults.push(error),
      })
    }
    const contextWith = (options: KnobOptions | undefined): ActionContext<KnobOptions> => ({
      firing: { alert: 'Conformance', labels: {}, annotations: {}, value: 1, since: Date.now() - 60_000 },
      options,
      now: Date.now(),
      signal: AbortSignal.timeout(30_000),
      sliceMs: 5,
    })
    const run = (options: KnobOptions): Promise<Receipt> => knobAction(knob, knobs).run(contextWith(options))
    const atLeisure = (): UndoContext => ({ now: Date.now(), signal: AbortSignal.timeout(30_000) })

    /** A value within the bounds that is none of these. */
    const otherThan = (...taken: readonly number[]): number => {
      const { min, max, grain = (max - min) / 10 } = knob.bounds
      const values = Array.from({ length: 10 }, (_, i) => min + i * grain)
      const other = values.find(value => value <= max && !taken.includes(value))
      expect(other, 'a knob needs a few values to choose from').toBeDefined()
      return other as number
    }

    it('declares what it is', async () => {
      for (const name of knobActionNames(knob)) expect(name).toMatch(/^[a-z][a-zA-Z0-9_-]*(\.[a-z0-9][a-zA-Z0-9_-]*)+$/)
      expect(new Set(knobActionNames(knob)).size, 'an action of its own has a name of its own').toBe(
        1 + Object.keys(knob.actions ?? {}).length,
      )
      expect(['process', 'shared']).toContain(knob.scope)
      expect(knob.bounds.min).toBeLessThan(knob.bounds.max)
      expect(knob.bounds.step ?? 1).toBeGreaterThan(0)
      expect(knob.bounds.grain ?? 1).toBeGreaterThan(0)
    })

    it('is set by each of its actions, without being told to what', async () => {
      const { min, max } = knob.bounds
      for (const { name, run: act } of knobActions(knob, knobs).slice(1)) {
        const others = [min, max, otherThan(min, max)]
        let changed: Receipt | undefined
        for (const value of others) {
          await subject.setByHand(value)
          changed = await act(contextWith(undefined))
          expect(changed.problems ?? [], name).toEqual([])
          if (changed.undo) break
        }
        expect(changed?.undo, `${name} changes nothing, wherever it begins`).toBeDefined()
        expect(await changed?.undo?.(atLeisure())).toEqual({ result: 'restored' })
      }
    })

    it('reads back what was set, from one end of its bounds to the other', async () => {
      const { min, max } = knob.bounds
      for (const next of [min, max, otherThan(min, max)]) {
        const current = await knob.read()
        expect(await knob.compareAndSet(current, next)).toBe(true)
        expect([await knob.read(), await subject.value()]).toEqual([next, next])
      }
    })

    it('refuses to be set when the value is not what was expected', async () => {
      const seen = await knob.read()
      const byHand = otherThan(seen)
      await subject.setByHand(byHand)
      expect(await knob.compareAndSet(seen, otherThan(seen, byHand))).toBe(false)
      expect([await knob.read(), await subject.value()]).toEqual([byHand, byHand])
    })

    it('stays within its bounds, whatever a response asks', async () => {
      const { min, max } = knob.bounds
      for (const to of [max * 10 + 1000, min - max * 10 - 1000]) {
        for (let i = 0; i < 3; i++) await run({ to })
        expect(await subject.value()).toBeGreaterThanOrEqual(min)
        expect(await subject.value()).toBeLessThanOrEqual(max)
      }
    })

    it('says in its receipt what it did, and is back after the undo', async () => {
      const was = await subject.value()
      const receipt = await run({ to: otherThan(was) })
      const value = await subject.value()
      expect(value).not.toBe(was)
      expect(receipt.effects).toEqual({ from: was, to: value, changed: 1 })
      expect(await receipt.undo?.(atLeisure())).toEqual({ result: 'restored' })
      expect(await subject.value()).toBe(was)
    })

    it('is left where a person puts it, and alone after that', async () => {
      const was = await subject.value()
      const receipt = await run({ to: otherThan(was) })
      const byHand = otherThan(was, await subject.value())
      await subject.setByHand(byHand)
      expect((await receipt.undo?.(atLeisure()))?.result).toBe('superseded')
      expect((await run({ to: was })).effects['changed']).toBe(0)
      expect(await subject.value()).toBe(byHand)
    })

    it('is reverted when it clamps what it is asked for, unless others may have set it, and the fault is reported', async () => {
      const was = await subject.value()
      const asked = otherThan(was)
      const clamped = otherThan(was, asked)
      const clamping: Knob = {
        ...knob,
        compareAndSet: (expected, next, lease) => knob.compareAndSet(expected, next === asked ? clamped : next, lease),
      }
      await knobs.close()
      knobs = knobsWith(LONG_MS, clamping)
      const receipt = await knobAction(clamping, knobs)
        .run(contextWith({ to: asked }))
        .catch((error: unknown) => error)
      if (knob.scope === 'shared') {
        // It may be a person's edit, which is never overwritten.
        expect(receipt).toMatchObject({ effects: { changed: 0 } })
        expect(await subject.value()).toBe(clamped)
        expect(faults).toMatchObject([{ code: 'HOMEOSTAT_KNOB_ANSWER' }])
        await subject.setByHand(was)
      } else {
        expect(receipt).toMatchObject({ code: 'HOMEOSTAT_KNOB_ANSWER' })
        expect(await subject.value()).toBe(was)
        expect(knobs.excludedUntil(knob.name)).toBeUndefined()
      }
      expect(knobs.adjusted).toEqual([])
    })

    it('goes back by itself when nobody renews its lease', async () => {
      await knobs.close()
      knobs = knobsWith(SHORT_MS)
      const was = await subject.value()
      expect((await run({ to: otherThan(was) })).effects['changed']).toBe(1)
      await vi.waitFor(async () => expect(await subject.value()).toBe(was), { timeout: 10 * SHORT_MS, interval: 50 })
    })

    if (!subject.coordinator) return
    const { coordinator: coordinatorOf } = subject

    it('is not set under a lease that is over', async () => {
      const coordinator = coordinatorOf()
      const lease = await coordinator.acquire(knobKey(knob.name), LONG_MS)
      if (!lease) throw new Error('the lease was not free')
      await coordinator.release(lease)
      const was = await knob.read()
      const set = Promise.resolve(knob.compareAndSet(was, otherThan(was), lease))
      expect(await set.catch((error: Error) => error.name)).not.toBe(true)
      expect(await subject.value()).toBe(was)
    })
  })
}
