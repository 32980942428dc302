import { describe, expect, test } from 'vitest'
import type { Rule } from '@homeostat/promql'
import { lintResponses, lintRules } from '../../src/reload/lint.ts'
import { parseResponseFile } from '../../src/reload/response-file.ts'

const hot: Rule = { alert: 'Hot', expr: 'max(temperature) > 80' }

function problems(responses: string, rules: readonly Rule[] = [hot], areAll = true): string[] {
  const file = parseResponseFile(`responses:\n${responses}`, { file: 'r.yml' })
  expect(file.errors).toEqual([])
  return lintResponses(file.responses, { rules, areAll, actions: new Set(['fan.speed']) }).map(({ message }) => message)
}

test('a response of an unknown action, or to an unknown alert, could never do anything', () => {
  expect(problems('- { alert: Hott, action: fan.sped, priority: slo }')).toEqual([
    'r.yml:2:26: no package in use provides an action or a knob "fan.sped"; did you mean fan.speed?',
    'r.yml:2:12: no rule in use raises an alert "Hott"; did you mean Hot?',
  ])
  expect(problems('- { alert: Hott, action: fan.speed, priority: slo }', [], false)).toEqual([])
})

test('one answer is given once', () => {
  const one = '- { alert: Hot, action: fan.speed, priority: slo }'
  expect(problems(`${one}\n${one}`)).toEqual(['r.yml:3:12: "Hot" has two responses with fan.speed'])
  expect(problems(`${one}\n- { alert: Hot, labels: { rack: a }, action: fan.speed, priority: slo }`)).toEqual([])
})

describe('an alert that may be over while its condition holds is refused', () => {
  test.each([
    ['max(temperature) > 80', 'max(temperature) < 90'],
    ['max(temperature) > 80', '90 > max( temperature )'],
    ['max(temperature) > 80', 'max(temperature) > 70'],
    ['max(temperature) >= 80', '(max(temperature)) <= 80'],
    ['hits / lookups < 0.7 and lookups > 100', 'hits / lookups > 0.6'],
    ['max(temperature) > 80 or max(load) > 4', 'max(load) < 5'],
    ['max(temperature) > 80', 'max(temperature) < 60 or max(temperature) < 81'],
    // 2-30: what is compared is what the expressions mean, not how they are written.
    ['max(temperature) > 80', 'max((temperature)) < 0x5A'],
    ['max(temperature{rack="a b"}) > 80', 'max(temperature{rack=`a b`}) < 90'],
  ])('%s is not over at %s', (expr, clear) => {
    const found = problems(`- { alert: Hot, action: fan.speed, priority: slo, clear: '${clear}' }`, [{ ...hot, expr }])
    expect(found).toEqual([`r.yml:2:58: "${clear}" holds while the alert still does ("${expr}"): leave a gap`])
  })

  test.each([
    ['max(temperature) > 80', 'max(temperature) < 70'],
    ['max(temperature) > 80', 'max(temperature) <= 80'],
    ['max(temperature) > 80', 'min(temperature) < 90'],
    ['max(temperature) > 80', 'max(temperature) < 90 and fan_speed > 3'],
    ['absent(temperature)', 'temperature'],
    ['hits / lookups < 0.7', '0.8 < hits / lookups'],
    ['max(temperature{rack="a b"}) > 80', 'max(temperature{rack="ab"}) < 90'],
  ])('%s may be over at %s', (expr, clear) => {
    expect(
      problems(`- { alert: Hot, action: fan.speed, priority: slo, clear: '${clear}' }`, [{ ...hot, expr }]),
    ).toEqual([])
  })

  test('only rules that the response answers count', () => {
    const rules = [
      { ...hot, labels: { severity: 'warning' } },
      { alert: 'Hot', expr: 'max(temperature) > 95', labels: { severity: 'critical' } },
    ]
    const response = (severity: string): string =>
      `- { alert: Hot, labels: { severity: ${severity} }, action: fan.speed, priority: slo, clear: max(temperature) < 90 }`
    expect(problems(response('critical'), rules)).toEqual([])
    expect(problems(response('warning'), rules)).toHaveLength(1)
  })
})

describe('rules that are valid but seldom meant so are reported', () => {
  const warnings = (rule: Partial<Rule>, interval?: string): string[] =>
    lintRules('g.yml', [{ name: 'g', ...(interval && { interval }), rules: [{ ...hot, ...rule }] }], 5000)

  test.each([
    ['sum(rate(errors[1m])) / sum(rate(requests[1m])) > 0.1', 1],
    ['(sum(rate(errors[1m])) / (sum(rate(requests[1m])))) > 0.1', 1],
    ['sum(rate(errors[1m])) / sum(rate(requests[1m])) > 0.1 and sum(rate(requests[1m])) > 1', 0],
    ['process_memory / memory_limit > 0.9', 0],
    ['sum(rate(errors[1m])) > 0.1', 0],
    ['sum(rate (errors[1m])) # all\n / sum(\n# each\n rate (requests[1m])) > 0.1', 1],
    ['memory / memory_limit{why="rate(x)"} > 0.9', 0],
  ])('%s: %i', (expr, count) => {
    expect(warnings({ expr })).toHaveLength(count)
  })

  test('an alert that is kept for less than an evaluation', () => {
    expect(warnings({ keepFiringFor: '3s' })).toEqual([
      'g.yml: group "g", rule 1, "Hot": keep_firing_for is shorter than the 5 s between evaluations: no effect',
    ])
    expect(warnings({ keepFiringFor: '20s' })).toEqual([])
    expect(warnings({ keepFiringFor: '20s' }, '30s')).toHaveLength(1)
  })
})
