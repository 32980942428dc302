import type { Rule } from '@homeostat/promql'
import type { Steps } from '@homeostat/signals'
import type { AlertInputs } from './alert-inputs.ts'
import type { Freshness } from './freshness.ts'
import type { Measurement } from './measurement.ts'
import type { Firing } from '../words/firing.ts'
import { ResponseIndex } from '../words/response-match.ts'
import type { Response } from '../words/response.ts'

type Labels = Firing['labels']

/** What a program knows about its alerts: whether their inputs are fresh, and what its responses' `clear` expressions say. */
export class ProgramInputs implements AlertInputs {
  readonly #freshness: Freshness
  readonly #measurement: Measurement
  readonly #responses: ResponseIndex
  /** The responses with a `clear` expression to each alert, by its labels. */
  readonly #clearing = new WeakMap<Labels, readonly Response[]>()

  constructor(freshness: Freshness, measurement: Measurement, responses: readonly Response[]) {
    this.#freshness = freshness
    this.#measurement = measurement
    this.#responses = ResponseIndex.of(responses)
  }

  *prepare(rule: Rule, labels: Labels, now: number): Steps<void> {
    yield* this.#freshness.prepare(rule, labels, now)
    const clears = this.#responses.expressionsOf(rule.alert, ({ clear }) => (clear ? [clear] : []))
    yield* this.#measurement.readAhead(clears, now, labels)
  }

  hasInputs(rule: Rule, labels: Labels, now: number): boolean {
    return this.#freshness.hasInputs(rule, labels, now)
  }

  isClear(rule: Rule, labels: Labels, now: number): boolean {
    let clearing = this.#clearing.get(labels)
    if (clearing === undefined) {
      clearing = this.#responses.to({ alert: rule.alert, labels }).filter(({ clear }) => clear !== undefined)
      this.#clearing.set(labels, clearing)
    }
    for (const response of clearing) if (!this.#measurement.isClear(response, labels, now)) return false
    return true
  }
}
