import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RuleGroup } from '../../src/index.ts'
import { parseRuleFile, ruleFileText } from '../../src/rule-files.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '',
    'null',
    '~',
    'yes',
    '1e3',
    '- a',
    '{a: b}',
    'a\nb',
    ' a ',
    "'",
    '"',
    '#',
    'a: b',
    '\u0085',
    '\u2028',
  ),
)
const texts = fc.dictionary(fc.constantFrom('severity', 'team', 'summary'), text)
const rule = fc.record(
  {
    alert: fc.string({ minLength: 1, maxLength: 20 }).filter(name => name.trim() !== ''),
    expr: fc.constantFrom('up == 0', 'sum by (a) (rate(b_total{c=~"x|#y"}[5m])) > 1', 'a\n  > 1', '{"a.b"} # all'),
    for: fc.constantFrom('0s', '1m30s'),
    keepFiringFor: fc.constant('30s'),
    annotations: texts,
  },
  { requiredKeys: ['alert', 'expr'] },
)

test('a written file is read back, with any texts', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 4 }), rules => {
      const groups: RuleGroup[] = [{ name: 'g', rules }]
      const { groups: read, errors } = parseRuleFile(ruleFileText(groups, 'two\nlines'), { file: 'f.yml' })
      expect(errors).toEqual([])
      expect(read).toEqual(groups)
    }),
  )
})

test('fields have the names of Prometheus, and an expression is one line', () => {
  const expr = `up == 0 and ${'a'.repeat(200)} > 1`
  expect(
    ruleFileText(
      [
        {
          name: 'shop',
          interval: '1m',
          queryOffset: '5s',
          limit: 3,
          rules: [
            { record: 'a:b', expr },
            { alert: 'Down', expr: 'up == 0', for: '5m', keepFiringFor: '1m', labels: { severity: 'high' } },
          ],
        },
      ],
      'made for a test',
    ),
  ).toBe(`# made for a test

groups:
  - name: shop
    interval: 1m
    query_offset: 5s
    limit: 3
    rules:
      - record: a:b
        expr: ${expr}
      - alert: Down
        expr: up == 0
        for: 5m
        keep_firing_for: 1m
        labels:
          severity: high
`)
})
