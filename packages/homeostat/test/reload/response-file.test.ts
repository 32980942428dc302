import { expect, test } from 'vitest'
import { parseResponseFile } from '../../src/reload/response-file.ts'

const parse = (text: string): ReturnType<typeof parseResponseFile> => parseResponseFile(text, { file: 'responses.yml' })
const messages = (text: string): string[] => parse(text).errors.map(({ message }) => message)

test('a response file can express all that a response in code can', () => {
  const { responses, errors } = parse(`
responses:
  - alert: QueueSlow
    labels: { queue: mail, severity: 1 }
    action: worker.concurrency
    options: { by: 2, notes: [a, null, true] }
    priority: safety
    cooldown: 5m
    timeout: 1s500ms
    clear: max(queue_age) < 10
    withhold: false
    preventive: true
    requires: [{ expr: queue_consumers > 1, otherwise: there is only one consumer }]
    design: { kind: switchback, blocks: 8, block: 2m, carry_over: 30s }
    expect: { expr: max(queue_age), direction: down, worth: 0.2, baseline: 30s, settle: 1m, window: 2m }
    guards:
      - { expr: process_cpu, not_worse_than: 0.1, floor: 0.05, direction: up, kind: level }
      - { expr: errors / requests, not_worse_than: 0.02, denominator: requests }
`)
  expect(errors).toEqual([])
  expect(responses.map(({ response }) => response)).toEqual([
    {
      to: { alert: 'QueueSlow', labels: { queue: 'mail', severity: '1' } },
      action: 'worker.concurrency',
      options: { by: 2, notes: ['a', null, true] },
      priority: 'safety',
      cooldownMs: 300_000,
      timeoutMs: 1500,
      clear: 'max(queue_age) < 10',
      withhold: false,
      preventive: true,
      requires: [{ expr: 'queue_consumers > 1', otherwise: 'there is only one consumer' }],
      design: { kind: 'switchback', blocks: 8, blockMs: 120_000, carryOverMs: 30_000 },
      expect: {
        expr: 'max(queue_age)',
        direction: 'down',
        worth: 0.2,
        baselineMs: 30_000,
        settleMs: 60_000,
        windowMs: 120_000,
      },
      guards: [
        { expr: 'process_cpu', notWorseThan: 0.1, floor: 0.05, direction: 'up', kind: 'level' },
        { expr: 'errors / requests', notWorseThan: 0.02, denominator: 'requests' },
      ],
    },
  ])
})

test('a field is checked by the schema of the option, which says what came, what is expected, and what was meant', () => {
  const text = `responses:
  - { alert: A, action: a, priority: sloo, withhold: 1, max_mode: shadwo, preventive: "yes" }
  - { alert: A, action: a, priority: [slo], guards: [{ expr: x, not_worse_than: 1, kind: rato, floor: .inf }] }
  - { alert: A, action: a, priority: ${'s'.repeat(30)}, design: { kind: split, blocks: 2.5 } }
`
  expect(messages(text)).toEqual([
    'responses.yml:2:38: priority is "sloo", but must be safety, slo or efficiency; did you mean slo?',
    'responses.yml:2:54: withhold is 1, but must be true or false',
    'responses.yml:2:67: max_mode is "shadwo", but must be off, shadow, advise or act; did you mean shadow?',
    'responses.yml:2:87: preventive is "yes", but must be true or false',
    'responses.yml:3:38: priority is a list of 1, but must be safety, slo or efficiency',
    'responses.yml:3:90: kind is "rato", but must be level or ratio; did you mean ratio?',
    'responses.yml:3:103: floor is Infinity, but must be a number from 0 to 1000000000000000',
    'responses.yml:4:38: priority is a text of 30 characters, but must be safety, slo or efficiency',
    'responses.yml:4:101: blocks is 2.5, but must be a whole number',
  ])
})

test('fields that are left out have their defaults', () => {
  const { responses } = parse('responses: [{ alert: A, action: cache.warm, priority: slo }]')
  expect(responses[0]?.response).toEqual({ to: { alert: 'A' }, action: 'cache.warm', priority: 'slo' })
})

test('every problem is named with file, line and column, and the rest is read on', () => {
  const text = `responses:
  - alert: A
    acton: cache.warm
    priority: high
    cooldown: 5 minutes
  - alert: B
    action: cache.warm
    priority: slo
    clear: sum by (
    expect: { expr: 'x[5m]', direction: left }
    guards: [{ expr: x, not_worse_than: -1 }]
  - { alert: C, action: cache.warm, priority: slo }
  - { alert: D, action: cache.warm, priority: slo, design: { kind: switchback, blocks: 7 } }
  - { alert: E, action: cache.warm, priority: slo, requires: [{ expr: sum( }] }
`
  expect(messages(text)).toEqual([
    "responses.yml:2:5: field 'action' must be set",
    expect.stringMatching(/^responses\.yml:3:5: field "acton" not found in a response; known are alert, /),
    'responses.yml:4:15: priority is "high", but must be safety, slo or efficiency',
    'responses.yml:5:15: cooldown: not a valid duration string: "5 minutes"',
    expect.stringMatching(/^responses\.yml:9:12: could not parse clear: /),
    'responses.yml:10:21: expr needs a vector or a scalar, got range vector',
    'responses.yml:10:41: direction is "left", but must be up or down',
    'responses.yml:11:41: not_worse_than is -1, but must be a number from 0 to 1000000000',
    'responses.yml:13:60: needs an even number of blocks',
    "responses.yml:14:63: field 'otherwise' must be set",
    expect.stringMatching(/^responses\.yml:14:71: could not parse expr: /),
  ])
  expect(parse(text).responses.map(({ response }) => response.to.alert)).toEqual(['C'])
})

test.each([
  ['', 'responses.yml:1:1: nothing in it; a response file holds a list of "responses"'],
  ['responses: {', 'responses.yml:1:13: yaml: '],
  ['- alert: A', 'responses.yml:1:1: a response file must be a mapping, got a sequence'],
  ['responses: []\n---\nresponses: []', 'a second document'],
])('%j is no response file', (text, reason) => {
  expect(messages(text)[0]).toContain(reason)
})
