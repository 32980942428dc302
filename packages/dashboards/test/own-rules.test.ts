import { createRules, createStore, type Rule } from '@homeostat/promql'
import { describe, expect, test } from 'vitest'
import { ownRules } from '../generator/prometheus/own-rules.ts'

const MINUTE = 60_000
const HEARTBEAT = 'homeostat_heartbeat_total'

/**
 * The names of the alerts that fire at each minute, for values of one series per minute; `undefined` leaves a sample out. The process ticks,
 * unless the series is its heartbeat.
 */
function firings(
  name: string,
  labels: Readonly<Record<string, string>>,
  values: readonly (number | undefined)[],
): string[] {
  const store = createStore({ intervalMs: MINUTE })
  const rules = createRules(ownRules.rules as readonly Rule[], store)
  const process = { job: 'shop', instance: 'shop-1' }
  const heartbeat = name === HEARTBEAT ? undefined : store.series({ name: HEARTBEAT, labels: process })
  const series = store.series({ name, labels: { ...process, ...labels } })
  return values.map((value, minute) => {
    heartbeat?.append(minute * MINUTE, minute * 12)
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
  test('a verdict that is harmful is reported at once, and for a quarter of an hour', () => {
    const labels = { homeostat_action_name: 'cache.warm', homeostat_verdict: 'harmful' }
    const values = [...times(20, 0), ...times(20, 1)]
    const fired = firings('homeostat_verdicts_total', labels, values)
    // A window of 15 minutes holds 15 samples, and they are 14 minutes apart.
    expect(fired).toEqual([...times(20, ''), ...times(14, 'HomeostatActionHarmful'), ...times(6, '')])
  })

  test('the first value of a counter counts, which increase() does not see', () => {
    const labels = { homeostat_action_name: 'cache.warm', homeostat_revert_result: 'failed' }
    expect(firings('homeostat_action_reverts_total', labels, [undefined, 1]).at(-1)).toBe('HomeostatRevertFailed')
  })

  test('a loop that stands still is reported, one that ticks is not', () => {
    const ticking = Array.from({ length: 12 }, (_, minute) => minute * 12)
    expect(new Set(firings(HEARTBEAT, {}, ticking))).toEqual(new Set(['']))
    expect(firings(HEARTBEAT, {}, [...ticking, ...times(12, 132)]).at(-1)).toBe('HomeostatSilent')
  })

  test('a service that is gone is reported, and for as long as it is gone', () => {
    const values = [...Array.from({ length: 12 }, (_, minute) => minute * 12), ...times(14 * 60, undefined)]
    const fired = firings(HEARTBEAT, {}, values)
    // Its last value is believed for five minutes, and the rule waits as long.
    expect(fired.indexOf('HomeostatSilent')).toBeLessThan(12 + 11)
    const later = fired.slice(12 + 11)
    expect(later.length).toBeGreaterThan(13 * 60)
    expect(new Set(later)).toEqual(new Set(['HomeostatSilent']))
  })

  test('a service that comes back is not reported any more', () => {
    const values = [0, 12, 24, ...times(90, undefined), 0, 12, 24]
    const fired = firings(HEARTBEAT, {}, values)
    expect(fired.slice(-4)).toEqual(['HomeostatSilent', '', '', ''])
  })
})
