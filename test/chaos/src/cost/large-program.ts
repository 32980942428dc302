import type { Action, Response } from '@homeostat/optimizer'
import type { Rule } from '@homeostat/promql'
import { TOUCH } from './touch.ts'

export const actions: readonly Action[] = [TOUCH]

/** As many rules, each with an expression and a name of its own. */
export function rulesFor(count: number, version: number): Rule[] {
  return Array.from({ length: count }, (_, index) => ({
    alert: `Rule${index}Of${version}`,
    expr: `sum by (route) (rate(app_requests_total{route="/${index}"}[1m])) > ${index + version + 1}`,
    for: '30s',
    labels: { severity: 'high' },
  }))
}

/** A response to each of those rules, with three expressions of its own. */
export function responsesFor(count: number, version: number): Response[] {
  return Array.from({ length: count }, (_, index) => ({
    to: { alert: `Rule${index}Of${version}` },
    action: TOUCH.name,
    priority: 'slo' as const,
    clear: `sum by (route) (rate(app_requests_total{route="/${index}"}[1m])) < ${(index + version) / 2}`,
    expect: { expr: `max(app_latency{route="/${index}"}) + ${version}`, direction: 'down' as const },
    guards: [{ expr: `avg(app_errors{route="/${index}"}) + ${version}`, notWorseThan: 0.1 }],
  }))
}

export function yamlOfRules(rules: readonly Rule[]): string {
  const lines = rules.map(
    ({ alert, expr, for: hold, labels }) =>
      `  - alert: ${alert}\n    expr: '${expr}'\n    for: ${hold}\n    labels: { severity: ${labels?.['severity']} }`,
  )
  return `groups:\n- name: grown\n  rules:\n${lines.join('\n')}\n`
}

export function yamlOfResponses(responses: readonly Response[]): string {
  const lines = responses.map(
    ({ to, action, priority, clear, expect, guards }) =>
      `- alert: ${to.alert}\n  action: ${action}\n  priority: ${priority}\n  clear: '${clear}'\n` +
      `  expect: { expr: '${expect?.expr}', direction: ${expect?.direction} }\n` +
      `  guards:\n${(guards ?? []).map(guard => `  - { expr: '${guard.expr}', not_worse_than: ${guard.notWorseThan} }`).join('\n')}`,
  )
  return `responses:\n${lines.join('\n')}\n`
}
