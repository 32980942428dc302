import { atOnce } from '../time/sliced-work.ts'
import type { Steps } from '../time/sliced-work.ts'
import { advanceCondition, INACTIVE } from './condition.ts'
import type { Condition, ConditionPolicy, Reading } from './condition.ts'
import { isQuiet } from './flap-budget.ts'

export interface ConditionsOptions {
  /** Label sets kept at most, over all rules; further ones are left out and counted. @default 10000 */
  readonly max?: number
}

/** One condition before and after an evaluation that changed its state. */
export interface ConditionChange {
  /** The label set, as `alertKey` writes it. */
  readonly key: string
  readonly from: Condition
  readonly to: Condition
}

const DEFAULT_MAX = 10_000
/** Label sets advanced between two rests. */
const ADVANCED_OF_STEP = 64
const NONE: ReadonlyMap<string, Condition> = new Map()

/** The conditions of all rules, by rule and label set. Bounded; quiet ones are forgotten. */
export class Conditions {
  readonly #max: number
  readonly #rules = new Map<string, Map<string, Condition>>()
  #size = 0
  #leftOut = 0

  constructor({ max = DEFAULT_MAX }: ConditionsOptions = {}) {
    this.#max = max
  }

  get size(): number {
    return this.#size
  }

  /** How often a label set found no place. */
  get leftOut(): number {
    return this.#leftOut
  }

  get(rule: string, key: string): Condition {
    return this.#rules.get(rule)?.get(key) ?? INACTIVE
  }

  /** What is known of a rule; label sets that are inactive and quiet are not listed. */
  of(rule: string): ReadonlyMap<string, Condition> {
    return this.#rules.get(rule) ?? NONE
  }

  /**
   * Takes one evaluation of a rule.
   *
   * @param holding - the label sets for which its expression holds now
   * @param readAbsent - what can be said about one that is known and not among them
   */
  evaluate(
    rule: string,
    holding: ReadonlySet<string>,
    readAbsent: (key: string) => Reading,
    now: number,
    policy: ConditionPolicy,
  ): readonly ConditionChange[] {
    return atOnce(this.evaluateInSteps(rule, holding, readAbsent, now, policy))
  }

  /** The same in steps. */
  *evaluateInSteps(
    rule: string,
    holding: ReadonlySet<string>,
    readAbsent: (key: string) => Reading,
    now: number,
    policy: ConditionPolicy,
  ): Steps<readonly ConditionChange[]> {
    const changes: ConditionChange[] = []
    const known = this.#rules.get(rule)
    if (known === undefined && holding.size === 0) return changes
    const conditions = known ?? new Map<string, Condition>()
    const advance = (key: string, from: Condition, reading: Reading): void => {
      const to = advanceCondition(from, reading, now, policy)
      if (to.state !== from.state) changes.push({ key, from, to })
      if (to.state !== 'inactive' || !isQuiet(to.flaps, now)) conditions.set(key, to)
      else if (conditions.delete(key)) this.#size--
    }
    let advanced = 0
    for (const [key, from] of conditions) {
      if (++advanced % ADVANCED_OF_STEP === 0) yield
      if (holding.has(key)) continue
      // Its next reading only matters once it holds again, and asking for one may cost a query.
      advance(key, from, from.state === 'inactive' ? 'clear' : readAbsent(key))
    }
    for (const key of holding) {
      if (++advanced % ADVANCED_OF_STEP === 0) yield
      if (!conditions.has(key)) {
        if (this.#size >= this.#max) {
          this.#leftOut++
          continue
        }
        this.#size++
      }
      advance(key, conditions.get(key) ?? INACTIVE, 'holds')
    }
    if (conditions.size > 0) this.#rules.set(rule, conditions)
    else this.#rules.delete(rule)
    return changes
  }

  /** Forgets a rule that is gone. */
  forget(rule: string): void {
    this.#size -= this.#rules.get(rule)?.size ?? 0
    this.#rules.delete(rule)
  }
}
