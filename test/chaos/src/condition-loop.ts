import { Conditions, readingOf } from '@homeostat/optimizer'
import type { Condition, ConditionPolicy } from '@homeostat/optimizer'
import { compile, createRules, createStore, parseDuration } from '@homeostat/promql'
import type { Rule } from '@homeostat/promql'
import type { Wave } from './waves.ts'

export const INTERVAL_MS = 5000
/** 2026-01-01 */
const START = Date.UTC(2026, 0, 1)

/** One signal that a rule looks at. */
export interface Plant {
  readonly name: string
  readonly wave: Wave
  /** Whether the sample of this tick is missing. */
  readonly isMissing: () => boolean
}

export interface WatchedRule extends Rule {
  /** The clear expression of a response to it. */
  readonly clear?: string
}

/** What one tick said of one rule and plant. */
export interface Observation {
  readonly plant: string
  readonly rule: string
  readonly elapsedMs: number
  /** The plant's value, also where the sample was missing. */
  readonly value: number
  readonly condition: Condition
  /** What Prometheus says of the same rule. */
  readonly isFiringInPrometheus: boolean
}

/**
 * Plants, store, rules and conditions in virtual time, as the loop has them; the gauge is called `level`, its label `plant`.
 * A missing sample ends the series until the next one, as an observable that reports nothing does.
 */
export function watch(
  plants: readonly Plant[],
  rules: readonly WatchedRule[],
  forMs: number,
  observe: (observation: Observation) => void,
): void {
  const store = createStore({ intervalMs: INTERVAL_MS, maxSeries: plants.length * (1 + 4 * rules.length) + 100 })
  const evaluation = createRules(rules, store)
  for (const error of evaluation.rejected) throw error
  const clears = new Map(rules.map(({ alert, clear }) => [alert, clear === undefined ? undefined : bind(clear)]))
  const present = bind('level')
  const handles = plants.map(plant => store.series({ name: 'level', kind: 'gauge', labels: { plant: plant.name } }))
  const conditions = new Conditions({ max: plants.length * rules.length })

  for (let elapsedMs = 0; elapsedMs <= forMs; elapsedMs += INTERVAL_MS) {
    const now = START + elapsedMs
    const values = plants.map(plant => plant.wave(elapsedMs))
    for (const [index, plant] of plants.entries()) {
      if (plant.isMissing()) handles[index]?.markStale(now)
      else handles[index]?.append(now, values[index] ?? NaN)
    }
    const { alerts } = evaluation.evaluate(now)
    const fresh = present(now)
    for (const rule of rules) {
      const mine = alerts.filter(alert => alert.alert === rule.alert)
      const holding = new Set(mine.filter(alert => alert.keptSince === undefined).map(plantOf))
      const firing = new Set(mine.filter(alert => alert.state === 'firing').map(plantOf))
      const clear = clears.get(rule.alert)?.(now)
      const readAbsent = (plant: string): ReturnType<typeof readingOf> =>
        readingOf({ isReported: false, hasInputs: fresh.has(plant), ...(clear && { isClear: clear.has(plant) }) })
      conditions.evaluate(rule.alert, holding, readAbsent, now, policyOf(rule))
      for (const [index, { name }] of plants.entries()) {
        const condition = conditions.get(rule.alert, name)
        const value = values[index] ?? NaN
        observe({
          plant: name,
          rule: rule.alert,
          elapsedMs,
          value,
          condition,
          isFiringInPrometheus: firing.has(name),
        })
      }
    }
  }
  evaluation.dispose()

  function bind(text: string): (now: number) => ReadonlySet<string> {
    const bound = compile(text).bind(store)
    return now => {
      const value = bound.evaluate(now)
      return new Set(value.type === 'vector' ? value.samples.map(plantOf) : [])
    }
  }
}

export function policyOf(rule: WatchedRule): ConditionPolicy {
  return {
    forMs: parseDuration(rule.for ?? '0') ?? 0,
    keepFiringForMs: parseDuration(rule.keepFiringFor ?? '0') ?? 0,
    intervalMs: INTERVAL_MS,
    startedAt: START,
  }
}

function plantOf({ labels }: { readonly labels: object }): string {
  const plain = 'toObject' in labels ? (labels as { toObject(): Record<string, string> }).toObject() : labels
  return (plain as Record<string, string>)['plant'] ?? ''
}
