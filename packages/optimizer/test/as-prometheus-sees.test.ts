import { compile } from '@homeostat/promql'
import { Registry } from '@homeostat/signals'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Optimizer } from '../src/index.ts'
import type { LedgerEntry } from '../src/index.ts'
import { Loop, relieve, response, START } from './loop.ts'

import { Collected } from './sdk-readers.ts'

describe('2-33: whatever value an expression has, it holds', () => {
  test.each([
    ['infinite', 'test_pressure / 0 > 1'],
    ['infinite', '-test_pressure / 0 < 1'],
    ['not a number', '0 * test_pressure / 0 != 0'],
    ['not a number', 'test_pressure * NaN'],
  ])('an alert whose value is %s fires and nothing acts on it: %s', async (shown, expr) => {
    const run = vi.fn(relieve(() => Promise.resolve({ summary: 'ran', effects: {} })).run)
    const loop = new Loop({
      actions: [relieve(run)],
      rules: [{ alert: 'PressureHigh', expr, for: '10s' }],
      responses: [response],
    })
    const entries = await loop.run(60_000, () => 1)
    expect(entries.at(-1)?.firings).toHaveLength(1)
    expect(run).not.toHaveBeenCalled()
    const { reason, detail } = entries.at(-1)!.refusals[0]!
    expect(reason).toBe('missing data')
    expect(detail).toContain(`its value is ${shown}`)
    await loop.optimizer.stop()
  })

  test('comparisons with NaN are those of Prometheus: only != holds', async () => {
    const rules = ['==', '!=', '<', '<=', '>', '>='].map(operator => ({
      alert: operator,
      expr: `(0 * test_pressure / 0) ${operator} 0`,
    }))
    const loop = new Loop({ actions: [], rules, responses: [] })
    const entries = await loop.run(10_000, () => 1)
    expect(entries.at(-1)?.firings.map(({ alert }) => alert)).toEqual(['!='])
    await loop.optimizer.stop()
  })
})

test('2-35: a label that the rule sets may be on the series with another value', async () => {
  const loop = new Loop({
    actions: [],
    rules: [{ alert: 'High', expr: 'test_pressure > 0', labels: { severity: 'high', 'homeostat.trial.arm': 'none' } }],
    responses: [],
  })
  loop.half('act').set(1)
  const entries = await loop.run(10_000, () => undefined)
  expect(entries.at(-1)?.firings).toMatchObject([{ alert: 'High', labels: { homeostat_trial_arm: 'none' } }])
  await loop.optimizer.stop()
})

test.each([15, 60, 120, 140])(
  '2-35: an alert on what is exported every %i s goes on firing between two exports, and ends after two are missed',
  async seconds => {
    const loop = new Loop({ actions: [], rules: [{ alert: 'Theirs', expr: 'level > 0' }], responses: [] })
    const app = new Collected()
    app.provider
      .getMeter('m')
      .createObservableGauge('level')
      .addCallback(result => result.observe(1))
    const scopes = await app.scopes()
    const lastExport = 20 * seconds
    const firing: number[] = []
    const missing: number[] = []
    using _ = loop.optimizer.on(({ now, firings }) => {
      for (const { missingSince } of firings) (missingSince === undefined ? firing : missing).push((now - START) / 1000)
    })
    await loop.run((lastExport + 400) * 1000, elapsedMs => {
      const elapsed = elapsedMs / 1000
      if (elapsed % seconds === 0 && elapsed <= lastExport) loop.optimizer.offer(app.reader, scopes, app.provider)
      return undefined
    })
    // The pace of a slow reader is known after three exports.
    const known = seconds > 60 ? 3 * seconds : 0
    expect(missing.filter(at => at >= known && at <= lastExport)).toEqual([])
    expect(firing.at(-1)).toBeLessThan(lastExport + 301)
    await loop.optimizer.stop()
  },
)

const minuteOfDay = (of: string): string => `(hour(${of}) * 60 + minute(${of}))`

describe('2-34: time() and dates are the wall clock, intervals are steady', () => {
  afterEach(() => void vi.restoreAllMocks())

  test.each([2, -2, 26])('the wall clock steps by %i h', hours => {
    const { now } = Date
    const registry = new Registry({ scope: { name: 'homeostat' } })
    const optimizer = new Optimizer({
      registries: [registry],
      rules: [
        { alert: 'Old', expr: 'time() - seen_timestamp_seconds > 60' },
        { alert: 'Young', expr: 'time() - seen_timestamp_seconds < 60' },
        { alert: 'Now', expr: `abs(timestamp(seen_timestamp_seconds) - time()) < 60` },
        { alert: 'Hour', expr: `abs(${minuteOfDay('')} - on () ${minuteOfDay('seen_timestamp_seconds')}) % 1439 < 2` },
        { alert: 'Ago', expr: 'seen_timestamp_seconds offset 1m' },
        { alert: 'Stated', expr: 'abs(ALERTS_FOR_STATE{alertname="Young"} - time()) < 60' },
      ],
      responses: [],
      actions: [],
      environment: {},
    })
    const seen = registry
      .level({ name: 'seen.timestamp', kind: 'gauge', unit: 's', description: '', attributes: [] })
      .with()
    let at = performance.timeOrigin + performance.now()
    const firing = (): string[] => optimizer.tick((at += 1000)).firings.map(({ alert }) => alert)
    seen.set(now() / 1000)
    firing()
    expect(firing()).toEqual(['Young', 'Now', 'Hour', 'Stated'])

    vi.spyOn(Date, 'now').mockImplementation(() => now() + hours * 3_600_000)
    seen.set(Date.now() / 1000)
    // Rules read the ALERTS of the evaluation before.
    firing()
    expect(firing()).toEqual(['Young', 'Now', 'Hour', 'Stated'])
    seen.set(Date.now() / 1000 - 61)
    expect(firing()).toContain('Old')
    optimizer.killSwitch.trip('end')
  })
})

describe('2-38: an alert has one state: ALERTS, the ledger and homeostat.alerts agree', () => {
  const rule = { alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s', keepFiringFor: '10s' }
  /** High for a while, in the dead band, in the middle of it missing, high again, clear; then up and down as fast as it can. */
  const pressureAt = (second: number): number | undefined => {
    if (second < 60) return 0.9
    if (second < 120) return second < 80 || second > 95 ? 0.7 : undefined
    if (second < 180) return 0.9
    if (second < 400) return 0.3
    return Math.floor(second / 60) % 2 === 0 ? 0.9 : 0.3
  }

  test.each([{ ...response, clear: 'test_pressure < 0.5' }, response])('with clear: $clear', async answered => {
    const loop = new Loop({ actions: [], rules: [rule], responses: [answered] })
    const alerts = compile('ALERTS{alertname="PressureHigh"}').bind(loop.optimizer.store)
    const forState = compile('ALERTS_FOR_STATE').bind(loop.optimizer.store)
    const states = new Set<string>()
    let entries = 0
    const check = ({ now, firings, pending }: LedgerEntry): void => {
      entries += 1
      const value = alerts.evaluate(now)
      const shown = value.type === 'vector' ? value.samples.map(({ labels }) => labels.get('alertstate')) : []
      expect(shown, `${(now - START) / 1000} s`).toEqual([
        ...pending.map(() => 'pending'),
        ...firings.map(() => 'firing'),
      ])
      const since = forState.evaluate(now)
      const times = since.type === 'vector' ? since.samples.map(sample => sample.value * 1000) : []
      expect(times).toEqual([...pending, ...firings].map(alert => alert.since))
      const count = (state: string): number =>
        (
          loop.engine.collect().metrics.find(({ descriptor }) => descriptor.name === 'homeostat.alerts')?.dataPoints ??
          []
        )
          .filter(point => Object.values(point.attributes).includes(state))
          .reduce((total, point) => total + Number(point.value), 0)
      expect([count('pending'), count('firing')]).toEqual([pending.length, firings.length])
      for (const state of shown) states.add(state)
    }
    using _ = loop.optimizer.on(check)
    await loop.run(1500_000, elapsedMs => pressureAt(elapsedMs / 1000))
    expect(entries).toBe(301)
    expect([...states].toSorted()).toEqual(['firing', 'pending'])
    await loop.optimizer.stop()
  })

  test('a rule that a reload takes away leaves no ALERTS behind', async () => {
    const loop = new Loop({ actions: [], rules: [rule], responses: [] })
    const alerts = compile('ALERTS').bind(loop.optimizer.store)
    await loop.run(60_000, () => 0.9)
    loop.optimizer.load({ rules: [], responses: [] })
    await loop.run(65_000, () => 0.9)
    expect(alerts.evaluate(loop.now)).toMatchObject({ samples: [] })
    await loop.optimizer.stop()
  })
})
