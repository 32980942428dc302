import type { Response } from '@homeostat/optimizer'
import type { RuleSource } from '@homeostat/promql'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { homeostat } from '../../src/index.ts'
import { serverOnlySelectors } from '../../src/report/server-only-selectors.ts'

function lines(rules: readonly RuleSource[], responses: readonly Response[] = []): string[] {
  const said: string[] = []
  for (const found of serverOnlySelectors({ rules, responses, known: [] })) said.push(...found)
  return said
}

const of = (expr: string): string[] => lines([{ alert: 'A', expr }])

describe('2-37: a name that only a server has is reported when the rule is loaded', () => {
  test('with what is missing, where, and what follows', () => {
    expect(of('absent(up{job="api"})')).toEqual([
      'rule "A": up{job="api"} is always missing, so absent() always holds: a process has no metric "up", which a Prometheus server makes of its scrapes',
    ])
    expect(of('rate(orders_total{job="api"}[5m]) > 1')).toEqual([
      'rule "A": orders_total{job="api"} never finds anything: series in a process have no label "job", which a server adds when it scrapes; leave it out here, unless an instrument of the application sets it',
    ])
    expect(of('job:orders:rate5m > 1')).toEqual([
      'rule "A": job:orders:rate5m never finds anything: "job:orders:rate5m" is the name of a recording rule, and no rule in use records it: load that rule as well',
    ])
  })

  test.each([
    'up == 0',
    'x{instance=~".+"}',
    'x{instance!=""}',
    'x{exported_job="a"}',
    '{__name__="scrape_duration_seconds"} > 1',
    'sum by (a) (x) / on () group_left () count(x{pod=~"api-.*"})',
    'x{"k8s.pod.name"="a"} # job',
    'x{service_name="shop"}',
    'max_over_time(x{cluster="eu"}[5m:1m])',
    'absent_over_time(x{namespace="a"}[5m])',
    'x unless on () up{job="api"}',
  ])('%s', expr => {
    expect(of(expr)).toHaveLength(1)
  })

  test.each([
    'x{job=""}',
    'x{job=~".*"}',
    'x{job!="api"}',
    'x{job!~"api|web"}',
    'x{path="up{job=\\"api\\"}"}',
    'sum by (job, instance) (rate(x_total[5m]))',
    'x * on (instance) group_left () y',
    'updates_total > 1',
    'startup',
    'job > 1',
    'x{job_name="a", instances="3", jobs="x"}',
    'label_replace(x, "job", "api", "", "")',
    'ALERTS{job="api"}',
    'x # up{job="api"}',
    'this is not an expression',
  ])('no false alarm: %s', expr => {
    expect(of(expr)).toEqual([])
  })

  test('series that the rules record exist, with all their labels', () => {
    const recording = { record: 'job:orders:rate5m', expr: 'rate(orders_total[5m])', labels: { job: 'api' } }
    const alerting = { alert: 'A', expr: 'job:orders:rate5m{job="api"} > 1' }
    expect(lines([{ name: 'g', rules: [recording, alerting] }])).toEqual([])
    expect(
      lines([
        { record: 'up', expr: 'vector(1)' },
        { alert: 'A', expr: 'up == 0' },
      ]),
    ).toEqual([])
  })

  test('expressions of responses are checked, and each finding is reported once', () => {
    const response: Response = {
      to: { alert: 'A' },
      action: 'a',
      priority: 'slo',
      clear: 'up == 1',
      guards: [{ expr: 'x{job="a"}', notWorseThan: 0.1, denominator: 'y{job="a"}' }],
    }
    expect(lines([], [response]).map(line => line.slice(0, 45))).toEqual([
      'the response to "A", clear: up never finds an',
      'the response to "A", guards[0].expr: x{job="a',
      'the response to "A", guards[0].denominator: y',
    ])
    expect(lines([{ alert: 'A', expr: 'up == 0 or up == 2' }])).toHaveLength(1)
  })

  test('a large program is checked in steps of one expression', () => {
    const rules = Array.from({ length: 500 }, (_, i) => ({ alert: `A${i}`, expr: `x{job="${i}"}` }))
    const steps = [...serverOnlySelectors({ rules, responses: [], known: [] })]
    expect(Math.max(...steps.map(found => found.length))).toBe(1)
    expect(steps.flat()).toHaveLength(500)
  })

  afterEach(() => void vi.restoreAllMocks())

  test('homeostat() warns, and not about its own rules', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const h = homeostat({ autoStart: false, rules: [{ alert: 'ApiDown', expr: 'absent(up{job="api"})' }] })
    const warned = emit.mock.calls.map(([message]) => String(message)).filter(message => message.includes('process'))
    expect(warned).toHaveLength(1)
    expect(warned[0]).toContain('rule "ApiDown"')
    await h.stop()
  })
})
