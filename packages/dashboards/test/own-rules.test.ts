import { createRules, createStore, type Rule } from '@homeostat/promql'
import { describe, expect, test } from 'vitest'
import { ownRules } from '../generator/prometheus/own-rules.ts'

const MINUTE = 60_000

/** The names of the alerts that fire at each minute, for values of one series per minute; `undefined` leaves a sample out. */
function firings(
  name: string,
  labels: Readonly<Record<string, string>>,
  values: readonly (number | undefined)[],
): string[] {
  const store = createStore({ intervalMs: MINUTE })
  const rules = createRules(ownRules.rules as readonly Rule[], store)
  const series = store.series({ name, labels: { job: 'shop', instance: 'shop-1', ...labels } })
  return values.map((value, minute) => {
    if (value !== undefined) series.append(minute * MINUTE, value)
    const { alerts } = rules.evaluate(minute * MINUTE)
    return alerts
      .filter(({ state }) => state === 'firing')
      .map(({ alert }) => alert)
      .join()
  })
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

describe('the rules about Homeostat itself', () => {
  test('a loop that stands still is reported, one that ticks is not', () => {
    const ticking = Array.from({ length: 12 }, (_, minute) => minute * 12)
    expect(new Set(firings('homeostat_heartbeat_total', {}, ticking))).toEqual(new Set(['']))
    expect(firings('homeostat_heartbeat_total', {}, [...ticking, ...times(12, 132)]).at(-1)).toBe('HomeostatSilent')
  })

  test('a service that is gone is reported, and for as long as it is gone', () => {
    const values = [...Array.from({ length: 12 }, (_, minute) => minute * 12), ...times(14 * 60, undefined)]
    const fired = firings('homeostat_heartbeat_total', {}, values)
    // Its last value is believed for five minutes, and the rule waits as long.
    expect(fired.indexOf('HomeostatSilent')).toBeLessThan(12 + 11)
    const later = fired.slice(12 + 11)
    expect(later.length).toBeGreaterThan(13 * 60)
    expect(new Set(later)).toEqual(new Set(['HomeostatSilent']))
  })

  test('a service that comes back is not reported any more', () => {
    const values = [0, 12, 24, ...times(90, undefined), 0, 12, 24]
    const fired = firings('homeostat_heartbeat_total', {}, values)
    expect(fired.slice(-4)).toEqual(['HomeostatSilent', '', '', ''])
  })
})
