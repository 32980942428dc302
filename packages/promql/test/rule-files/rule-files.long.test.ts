import { describe, expect, test } from 'vitest'
import { findDuplicateRules, parseRuleFile } from '../../src/rule-files.ts'

function problems(text: string): string[] {
  return parseRuleFile(text, { file: 'r.yml' }).errors.map(error => error.message)
}

const GOOD = `groups:
  - name: queue
    interval: 30s
    query_offset: 1m
    limit: 10
    labels: { team: mail }
    rules:
      - record: queue:jobs:sum
        expr: sum by (queue) (queue_jobs)
        labels: { env: prod }
      - alert: QueueStuck
        expr: |
          queue:jobs:sum
            > 100
        for: 2m
        keep_firing_for: 5m
        labels: { severity: 1, paged: yes }
        annotations:
          summary: '{{ $labels.queue }} has {{ $value }}'
`

test('a rule file as Prometheus documents it becomes groups of rules, texts kept as they are written', () => {
  expect(parseRuleFile(GOOD, { file: 'r.yml' })).toEqual({
    file: 'r.yml',
    errors: [],
    warnings: [],
    groups: [
      {
        name: 'queue',
        interval: '30s',
        queryOffset: '1m',
        limit: 10,
        labels: { team: 'mail' },
        rules: [
          { record: 'queue:jobs:sum', expr: 'sum by (queue) (queue_jobs)', labels: { env: 'prod' } },
          {
            alert: 'QueueStuck',
            expr: 'queue:jobs:sum\n  > 100\n',
            for: '2m',
            keepFiringFor: '5m',
            labels: { severity: '1', paged: 'yes' },
            annotations: { summary: '{{ $labels.queue }} has {{ $value }}' },
          },
        ],
      },
    ],
  })
})

test('an empty file has no groups', () => {
  for (const text of ['', '\n# nothing yet\n', 'groups:', 'groups: []'])
    expect(parseRuleFile(text, { file: 'r.yml' })).toEqual({ file: 'r.yml', groups: [], errors: [], warnings: [] })
})

test('anchors and merge keys mean what they stand for, a later key wins', () => {
  const { groups, errors } = parseRuleFile(
    `groups:
  - name: g
    rules:
      - &base { alert: A, expr: x, labels: &labels { severity: low, team: a } }
      - { <<: *base, alert: B, labels: { <<: *labels, team: b } }
      - { <<: [{ alert: C }, *base] }
`,
    { file: 'r.yml' },
  )
  expect(errors).toEqual([])
  expect(groups[0]?.rules).toEqual([
    { alert: 'A', expr: 'x', labels: { severity: 'low', team: 'a' } },
    { alert: 'B', expr: 'x', labels: { severity: 'low', team: 'b' } },
    { alert: 'C', expr: 'x', labels: { severity: 'low', team: 'a' } },
  ])
})

test('every problem of a file is reported, each with its place', () => {
  expect(
    problems(`groups:
  - name: g
    intervall: 1m
    limit: many
    rules:
      - alert: A
        expr: sum(x
        for: 5 minutes
      - alert: B
        record: b
        expr: x[5m]
      - expr: x
      - record: 'a{b}'
        expr: x
        for: 1m
        annotations: { a: b }
      - alert: C
      - alert: D
        expr: x
        labels: { __name__: y, ok: [1] }
        annotations: { summary: '{{ query "x" }}', other: '{{ nope 1 }}' }
      - alert: E
        alert: F
        expr: x
  - name: g
  - rules: 3
  - text
  - { name: h, interval: 300y }
`),
  ).toEqual([
    'r.yml:3:5: field "intervall" not found in a rule group; known are name, interval, query_offset, limit, rules, labels',
    'r.yml:4:12: limit must be a whole number',
    'r.yml:7:15: group "g", rule 1, "A": could not parse expression: 1:6: parse error: unclosed left parenthesis',
    'r.yml:8:14: group "g", rule 1, "A": for: not a valid duration string: "5 minutes"',
    `r.yml:10:17: group "g", rule 2, "B": only one of 'record' and 'alert' must be set`,
    'r.yml:11:15: group "g", rule 2, "B": a rule needs a vector or a scalar, got range vector',
    `r.yml:12:9: group "g", rule 3, "": one of 'record' or 'alert' must be set`,
    `r.yml:16:22: group "g", rule 4, "a{b}": invalid field 'annotations' in recording rule`,
    `r.yml:15:14: group "g", rule 4, "a{b}": invalid field 'for' in recording rule`,
    'r.yml:13:17: group "g", rule 4, "a{b}": braces present in the recording rule name; should it be in expr?: a{b}',
    `r.yml:17:9: group "g", rule 5, "C": field 'expr' must be set in rule`,
    'r.yml:20:29: group "g", rule 6, "D": invalid label name: __name__',
    'r.yml:20:36: group "g", rule 6, "D": labels.ok must be a text',
    'r.yml:21:33: group "g", rule 6, "D": annotation "summary": 1:4: not supported: template function query',
    'r.yml:21:59: group "g", rule 6, "D": annotation "other": 1:4: parse error: template: function "nope" not defined',
    'r.yml:23:9: group "g", rule 7, "": mapping key "alert" already defined at line 22',
    'r.yml:25:5: groupname: "g" is repeated in the same file',
    'r.yml:26:5: Groupname must not be empty',
    'r.yml:26:12: rules must be a sequence, got "3"',
    'r.yml:27:5: a rule group must be a mapping, got "text"',
    'r.yml:27:5: Groupname must not be empty',
    'r.yml:28:26: interval: duration out of range: "300y"',
  ])
})

test('a text that is not YAML is an error with its place', () => {
  expect(problems('groups: [')[0]).toMatch(/^r\.yml:1:\d+: yaml: Flow sequence in block collection/)
  expect(problems('groups: *nothing')).toEqual(['r.yml:1:9: yaml: unknown anchor "nothing" referenced'])
})

test('a second document is ignored with a warning, as in Prometheus', () => {
  const { groups, errors, warnings } = parseRuleFile('groups: [{ name: g }]\n---\ngroups: 5', { file: 'r.yml' })
  expect(groups).toEqual([{ name: 'g', rules: [] }])
  expect(errors).toEqual([])
  expect(warnings.map(warning => warning.message)).toEqual([
    'r.yml:2:1: a second document: it is ignored, as in Prometheus',
  ])
})

test('unknown fields and experimental functions are accepted only when asked for', () => {
  const text = "groups: [{ name: g, owner: me, rules: [{ record: r, expr: 'mad_over_time(x[5m])', team: a }] }]"
  const { errors } = parseRuleFile(text, { file: 'r.yml' })
  expect(errors.map(({ reason }) => reason.split(';')[0])).toEqual([
    'field "owner" not found in a rule group',
    'field "team" not found in a rule',
    'could not parse expression: 1:1: not supported: function "mad_over_time" is not enabled (experimental in Prometheus)',
  ])
  const taken = parseRuleFile(text, { file: 'r.yml', ignoreUnknownFields: true, experimental: true })
  expect(taken).toMatchObject({ errors: [], groups: [{ name: 'g', rules: [{ record: 'r' }] }] })
})

test('rules of one name and one label set are found, though they are valid', () => {
  const { groups, errors } = parseRuleFile(
    `groups:
  - name: g
    rules:
      - { record: b, expr: x, labels: { i: "1" } }
      - { record: a, expr: x }
      - { record: b, expr: y, labels: { i: "1" } }
      - { record: b, expr: y, labels: { i: "2" } }
`,
    { file: 'r.yml' },
  )
  expect(errors).toEqual([])
  expect(findDuplicateRules(groups)).toEqual([{ name: 'b', labels: { i: '1' } }])
  // As in Prometheus 3, what a group adds to its rules counts.
  const apart = groups.flatMap(group => [group, { ...group, labels: { team: 'a' } }])
  expect(findDuplicateRules(apart)).toEqual([
    { name: 'b', labels: { i: '1' } },
    { name: 'b', labels: { i: '1', team: 'a' } },
  ])
})

describe('a hostile file', () => {
  test('cannot stand for millions of rules with aliases', () => {
    const rule = '{ alert: A, expr: x }'
    const rules = `&r [${Array.from({ length: 1000 }, () => rule).join(', ')}]`
    const more = Array.from({ length: 1000 }, (_, i) => `  - { name: g${i}, rules: *r }`).join('\n')
    const started = performance.now()
    expect(problems(`groups:\n  - { name: g, rules: ${rules} }\n${more}`)).toEqual([
      expect.stringMatching(/^r\.yml:2:\d+: too much to read when aliases are followed/),
    ])
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  test('cannot make one long expression be read again and again', () => {
    const rules = Array.from({ length: 9_000 }, () => '{ alert: A, expr: *e }').join(', ')
    const long = `1${' + 1'.repeat(5000)}`
    expect(problems(`groups: [{ name: g, rules: [{ alert: A, expr: &e '${long}' }, ${rules}] }]`)).toEqual([
      expect.stringMatching(/too much to read when aliases are followed/),
    ])
  })

  test.each([
    ['a loop of merges', 'groups: &a [{ <<: *a }]'],
    ['a merge of itself', 'groups: [&g { name: g, <<: *g, rules: [] }]'],
    ['an anchor inside itself', 'groups: &a [*a]'],
    ['brackets without end', '['.repeat(100_000)],
    ['mappings without end', '{a: '.repeat(50_000)],
    ['a text beyond all rule files', 'x'.repeat(4 * 1024 * 1024 + 1)],
  ])('of %s is refused with a place', (_name, text) => {
    const { errors } = parseRuleFile(text, { file: 'r.yml' })
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expect(error).toMatchObject({ code: 'HOMEOSTAT_RULE_FILE_ERROR', file: 'r.yml' })
  })

  test('has no way to Object.prototype: __proto__ is a label like any other', () => {
    const { groups, errors } = parseRuleFile(
      'groups: [{ name: g, rules: [{ alert: A, expr: x, labels: { __proto__: polluted, constructor: c } }] }]',
      { file: 'r.yml' },
    )
    expect(errors).toEqual([])
    expect(Object.entries(groups[0]?.rules[0]?.labels ?? {})).toEqual([
      ['__proto__', 'polluted'],
      ['constructor', 'c'],
    ])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(problems('__proto__: { polluted: true }\ngroups: []')).toHaveLength(1)
  })
})
