import { Conditions } from '@homeostat/optimizer/parts'
import type { Firing } from '@homeostat/optimizer'
import type { AlertInputs, PendingAlert } from '@homeostat/optimizer/parts'
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
  /** What the loop says of it; `undefined` while it is inactive. */
  readonly alert: Firing | PendingAlert | undefined
  /** What Prometheus says of the same rule. */
  readonly isFiringInPrometheus: boolean
}

/**
 * Plants, store and rules in virtual time, once with the states that the loop has and once with Prometheus's; the gauge is called
 * `level`, its label `plant`. A missing sample ends the series until the next one, as an observable that reports nothing does.
 */
export function watch(
  plants: readonly Plant[],
  rules: readonly WatchedRule[],
  forMs: number,
  observe: (observation: Observation) => void,
): void {
  const store = createStore({ intervalMs: INTERVAL_MS, maxSeries: plants.length * (1 + 4 * rules.length) + 100 })
  const clears = new Map(rules.map(({ alert, clear }) => [alert, clear === undefined ? undefined : bind(clear)]))
  const present = bind('level')
  const conditions = new Conditions({ intervalMs: INTERVAL_MS, max: plants.length * rules.length })
  const inputs: AlertInputs = {
    *prepare() {},
    hasInputs: (_, labels, now) => present(now).has(labels['plant'] ?? ''),
    isClear: ({ alert }, labels, now) =>
      clears
        .get(alert)?.(now)
        .has(labels['plant'] ?? '') ?? true,
  }
  const loop = createRules(rules, store, { states: conditions.readingFrom(inputs) })
  const prometheus = createRules(rules, store)
  for (const error of loop.rejected) throw error
  const handles = plants.map(plant => store.series({ name: 'level', kind: 'gauge', labels: { plant: plant.name } }))

  for (let elapsedMs = 0; elapsedMs <= forMs; elapsedMs += INTERVAL_MS) {
    const now = START + elapsedMs
    const values = plants.map(plant => plant.wave(elapsedMs))
    for (const [index, plant] of plants.entries()) {
      if (plant.isMissing()) handles[index]?.markStale(now)
      else handles[index]?.append(now, values[index] ?? NaN)
    }
    const alerts = new Map(loop.evaluate(now).alerts.map(alert => [keyOf(alert.alert, plantOf(alert)), alert]))
    const firing = prometheus.evaluate(now).alerts.filter(({ state }) => state === 'firing')
    const firingInPrometheus = new Set(firing.map(alert => keyOf(alert.alert, plantOf(alert))))
    for (const { alert: rule } of rules) {
      for (const [index, { name: plant }] of plants.entries()) {
        const key = keyOf(rule, plant)
        const isFiringInPrometheus = firingInPrometheus.has(key)
        observe({ plant, rule, elapsedMs, value: values[index] ?? NaN, alert: alerts.get(key), isFiringInPrometheus })
      }
    }
  }
  loop.dispose()
  prometheus.dispose()

  /** The plants for which an expression has a value, evaluated once for each time. */
  function bind(text: string): (now: number) => ReadonlySet<string> {
    const bound = compile(text).bind(store)
    let at = NaN
    let found: ReadonlySet<string> = new Set()
    return now => {
      if (at === now) return found
      const value = bound.evaluate(now)
      at = now
      return (found = new Set(value.type === 'vector' ? value.samples.map(plantOf) : []))
    }
  }
}

export function isFiring(alert: Firing | PendingAlert | undefined): alert is Firing {
  return alert !== undefined && !('firesAt' in alert)
}

function keyOf(rule: string, plant: string): string {
  return `${rule} ${plant}`
}

/** A rule's own times, in milliseconds. */
export function timesOf(rule: WatchedRule): { readonly forMs: number; readonly keepFiringForMs: number } {
  return {
    forMs: parseDuration(rule.for ?? '0') ?? 0,
    keepFiringForMs: parseDuration(rule.keepFiringFor ?? '0') ?? 0,
  }
}

function plantOf({ labels }: { readonly labels: object }): string {
  const plain = 'toObject' in labels ? (labels as { toObject(): Record<string, string> }).toObject() : labels
  return (plain as Record<string, string>)['plant'] ?? ''
}
