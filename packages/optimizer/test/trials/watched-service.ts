import { once } from 'node:events'
import { nextTurn } from '@homeostat/signals'
import { createRandom, gaussian } from '@homeostat/signals/random'
import { expect } from 'vitest'
import type { MetricDefinition } from '@homeostat/semconv'
import type { Action, LedgerEntry, OptimizerOptions, Response, ResponseGuard } from '../../src/index.ts'
import { Loop, pressure, relieve, response, START } from '../loop.ts'

export const TICK_MS = 5000
export const LOOK_MS = 1000
export const QUIET_MS = 1_200_000
export const lag: MetricDefinition = { ...pressure, name: 'test.lag', attributes: [] }
export const requests: MetricDefinition = { ...pressure, name: 'test.requests', kind: 'counter', attributes: [] }
export const longTrial: Response = { ...response, expect: { ...response.expect!, settleMs: 60_000, windowMs: 120_000 } }

interface WorldOptions extends Partial<OptimizerOptions> {
  readonly guard?: ResponseGuard
  readonly seed?: number
  /** The run goes on until it is aborted, and approves of its own change. */
  readonly judgesItself?: boolean
}

/** A service whose lag the action multiplies, in virtual time, a second at a time. */
export class World {
  readonly loop: Loop
  harm = 1
  looks = 0
  undone = NaN
  isHigh = false
  readonly entries: LedgerEntry[] = []
  readonly #random: () => number

  constructor({
    guard = { expr: 'max(test_lag)', notWorseThan: 0.1 },
    seed = 1,
    judgesItself = false,
    ...options
  }: WorldOptions = {}) {
    this.#random = createRandom(seed)
    const action: Action = relieve(async ({ signal }) => {
      if (judgesItself) await once(signal, 'abort')
      return {
        summary: 'made it slower',
        effects: { things: 1 },
        undo: async () => {
          this.undone = this.loop.now
          this.harm = 1
          return { result: 'restored' as const }
        },
        ...(judgesItself && { judgement: { verdict: 'effective' as const, reason: 'it helps' } }),
      }
    })
    const responses = [{ ...longTrial, guards: [guard] }]
    this.loop = new Loop({ actions: [action], responses, lookMs: LOOK_MS, ...options })
    const level = this.loop.registry.level(lag).with()
    const count = this.loop.registry.counter(requests).with()
    this.loop.registry.observe(() => {
      level.set(0.1 * this.harm * Math.exp(0.1 * gaussian(this.#random)))
      count.add(100)
    })
  }

  get begins(): number {
    return this.loop.optimizer.trials.all.find(({ arm }) => arm !== 'shadow')?.startedAt ?? NaN
  }

  get line(): string {
    return this.loop.optimizer.explain('plant.relieve#1')?.line ?? ''
  }

  /** Passes a second and looks; every fifth second is a tick. */
  async second(): Promise<void> {
    this.loop.pressure.set(this.isHigh ? 0.9 : 0.1)
    if ((this.loop.now - START) % TICK_MS === 0) this.entries.push(this.loop.optimizer.tick(this.loop.now))
    else this.loop.optimizer.looks.look(this.loop.now)
    this.loop.now += 1000
    await nextTurn()
  }

  async until(done: () => boolean, most = 3600): Promise<void> {
    for (let second = 0; !done() && second < most; second++) await this.second()
    expect(done()).toBe(true)
  }

  /** Quiet, then an alert, and a trial that begins for it. */
  async untilTrial(): Promise<void> {
    await this.until(() => this.loop.now - START >= QUIET_MS)
    this.isHigh = true
    await this.until(() => Number.isFinite(this.begins))
  }
}
