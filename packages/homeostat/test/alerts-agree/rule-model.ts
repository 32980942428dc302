import type { RuleSource } from '@homeostat/optimizer'
import { ConditionModel } from '../../../optimizer/test/alerts/condition-model.ts'
import type { Evaluation } from '../../../optimizer/test/alerts/condition-model.ts'

/** Time between ticks. */
export const INTERVAL_MS = 5000
export const PLANTS = ['a', 'b', 'c'] as const
export type Plant = (typeof PLANTS)[number]
/** What a rule finds in the sample of a plant. */
export type Reading = Evaluation['reading']

/** A rule, and its times in milliseconds. */
export interface Watched {
  readonly source: RuleSource
  readonly alert: string
  readonly forMs: number
  readonly keepFiringForMs: number
  readonly everyMs: number
  readonly hasDeadBand: boolean
}

/** What the alerts of one rule have to be, from what was measured alone. */
export class RuleModel {
  readonly #rule: Watched
  readonly #startedAt: number
  readonly #models = new Map<Plant, ConditionModel>()
  readonly #holding = new Set<Plant>()
  /** The first evaluation since the last load, and the turn of the latest one. */
  #loadedAt: number | undefined
  #turn = -1

  constructor(rule: Watched, startedAt: number) {
    this.#rule = rule
    this.#startedAt = startedAt
  }

  /** A reload evaluates the rules of a group at once. */
  reload(): void {
    this.#loadedAt = undefined
  }

  tick(now: number, readings: ReadonlyMap<Plant, Reading>): string[] {
    const { everyMs, hasDeadBand, alert } = this.#rule
    if (this.#loadedAt === undefined) this.#turn = -1
    this.#loadedAt ??= now
    const turn = everyMs === 0 ? this.#turn + 1 : Math.floor((now - this.#loadedAt) / everyMs)
    if (turn !== this.#turn) {
      this.#turn = turn
      this.#holding.clear()
      for (const [plant, reading] of readings) if (reading === 'holds') this.#holding.add(plant)
    }
    return [...readings].flatMap(([plant, measured]) => {
      const absent = hasDeadBand && measured !== 'clear' ? 'dead band' : 'clear'
      const reading = measured === 'missing' ? 'missing' : this.#holding.has(plant) ? 'holds' : absent
      const { isFiring, isPending } = this.#of(plant).evaluate({ at: now, reading })
      return isFiring ? [`${alert} ${plant} firing`] : isPending ? [`${alert} ${plant} pending`] : []
    })
  }

  #of(plant: Plant): ConditionModel {
    const { forMs, keepFiringForMs } = this.#rule
    let model = this.#models.get(plant)
    if (model === undefined) {
      model = new ConditionModel({ forMs, keepFiringForMs, intervalMs: INTERVAL_MS, startedAt: this.#startedAt })
      this.#models.set(plant, model)
    }
    return model
  }
}
