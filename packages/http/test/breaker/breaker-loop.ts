import { knobActions, Knobs, Optimizer, type LedgerEntry, type Mode } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import { expect } from 'vitest'
import { createBreakerKnob } from '../../src/breaker/breaker-knob.ts'
import { breakerResponses, breakerRules } from '../../src/breaker/breaker-responses.ts'
import { Breakers } from '../../src/breaker/breakers.ts'
import { switched } from './switched.ts'

export interface BreakerLoopOptions {
  readonly clock: () => number
  readonly random: () => number
  /** @default 'act' */
  readonly mode?: Mode
}

/** The whole loop around the breakers of one process, with the rules and responses of the package, on a clock of the test. */
export class BreakerLoop {
  readonly registry: Registry
  readonly breakers: Breakers
  readonly #optimizer: Optimizer

  constructor({ clock, random, mode = 'act' }: BreakerLoopOptions) {
    this.registry = new Registry({ scope: { name: '@homeostat/http', version: '0' }, clock })
    this.breakers = new Breakers(this.registry)
    const knob = createBreakerKnob(this.breakers)
    this.#optimizer = new Optimizer({
      registries: [this.registry],
      rules: breakerRules,
      responses: breakerResponses,
      actions: knobActions(knob, new Knobs({ knobs: [knob], service: 'shop', clock })),
      warmUpMs: 0,
      modeOf: () => mode,
      environment: {},
      random,
      clock,
    })
    expect(this.#optimizer.rules.rejected).toEqual([])
  }

  /** One tick, and the switch that it asks for. */
  async tick(now: number): Promise<LedgerEntry> {
    const { entry } = await this.#optimizer.tickAndWait(now)
    await switched(this.#optimizer, this.breakers, now)
    return entry
  }
}
