import { alertKey } from '@homeostat/optimizer/parts'
import type { Firing } from '@homeostat/optimizer'
import type { BacktestResult, FiredAlert } from './result.ts'

/** How one alert differs between two sets of rules; in pairs before and after. */
export interface AlertDifference {
  readonly alert: string
  readonly labels: Firing['labels']
  readonly fires: readonly [before: number, after: number]
  readonly firingMs: readonly [before: number, after: number]
  readonly actions: readonly [before: number, after: number]
  /** Time in which it fires only before the change. */
  readonly onlyBeforeMs: number
  readonly onlyAfterMs: number
  /** When they first part. */
  readonly from: number
}

type Span = readonly [from: number, until: number]

/** The alerts that fire at other times, or lead to another number of actions. */
export function compareBacktests(before: BacktestResult, after: BacktestResult): AlertDifference[] {
  const [old, now] = [byAlert(before), byAlert(after)]
  const [oldActions, newActions] = [actionCounts(before), actionCounts(after)]
  const keys = new Set([...old.keys(), ...now.keys()])
  return [...keys].flatMap(key => {
    const [was, is] = [old.get(key), now.get(key)]
    const { alert, labels } = (was ?? is)!.subject
    const [wasSpans, isSpans] = [was?.spans ?? [], is?.spans ?? []]
    const [onlyBefore, onlyAfter] = [without(wasSpans, isSpans), without(isSpans, wasSpans)]
    const actions = [oldActions.get(key) ?? 0, newActions.get(key) ?? 0] as const
    if (onlyBefore.length + onlyAfter.length === 0 && actions[0] === actions[1]) return []
    return {
      alert,
      labels,
      fires: [wasSpans.length, isSpans.length],
      firingMs: [lengthOf(wasSpans), lengthOf(isSpans)],
      actions,
      onlyBeforeMs: lengthOf(onlyBefore),
      onlyAfterMs: lengthOf(onlyAfter),
      from: Math.min(...[...onlyBefore, ...onlyAfter, ...wasSpans].map(([from]) => from)),
    }
  })
}

interface AlertSpans {
  readonly subject: FiredAlert
  readonly spans: Span[]
}

function byAlert({ firings, endMs }: BacktestResult): Map<string, AlertSpans> {
  const found = new Map<string, AlertSpans>()
  for (const firing of firings) {
    const key = alertKey(firing)
    const known = found.get(key) ?? { subject: firing, spans: [] }
    known.spans.push([firing.from, firing.until ?? endMs])
    found.set(key, known)
  }
  return found
}

function actionCounts({ actions }: BacktestResult): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const action of actions) {
    const key = alertKey(action)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** The parts of spans that no other span covers; both lists are in order and without overlaps. */
export function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  return spans.flatMap(span => {
    let left: Span[] = [span]
    for (const [from, until] of others) {
      left = left.flatMap(([a, b]): Span[] => {
        if (until <= a || from >= b) return [[a, b]]
        const parts: Span[] = [
          [a, Math.min(b, from)],
          [Math.max(a, until), b],
        ]
        return parts.filter(([start, end]) => start < end)
      })
    }
    return left
  })
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, until]) => sum + until - from, 0)
}
