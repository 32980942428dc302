import { expect, it } from 'vitest'
import { checkRuleFiles } from '../../src/cli/rules-check.ts'

const OPTIONS = {
  duplicates: true,
  lintFatal: false,
  ignoreUnknownFields: false,
  experimental: false,
  actions: [],
  alerts: [],
}

function check(...exprs: readonly string[]): { readonly code: number; readonly errors: string[] } {
  const errors: string[] = []
  const rules = exprs.map((expr, index) => `{ alert: 'A${index}', expr: '${expr}' }`)
  const text = `groups: [{ name: g, rules: [${rules.join(', ')}] }]`
  const code = checkRuleFiles([{ name: 'r.yml', text }], { out: () => {}, error: line => errors.push(line) }, OPTIONS)
  return { code, errors }
}

it('`rules check` warns of labels that only a server has, however many rules there are', () => {
  const expr = 'rate(orders_total{instance="a"}[5m]) > 1'
  const { code, errors } = check(...Array.from({ length: 200 }, () => expr))
  expect(code).toBe(0)
  expect(errors).toHaveLength(200)
  expect(errors[199]).toBe(
    '  WARNING: rule "A199": orders_total{instance="a"} never finds anything: series in a process have no label "instance", which a server adds when it scrapes; leave it out here, unless an instrument of the application sets it',
  )
})

it('and of nothing else', () => {
  expect(check('rate(orders_total{route="a"}[5m]) > 1')).toEqual({ code: 0, errors: [] })
})
