import { globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeScenarios, scenarioCases } from '../../src/scenarios/index.ts'

const folder = import.meta.dirname

// As a user writes it; the files are examples of everything a scenario can say.
describeScenarios(globSync(join(folder, '*.test.yml')).toSorted(), { describe, test })

const SCENARIO = `tests:
  - name: pressure
    scenario:
      duration: 2m
      warm_up: 0s
      plant:
        series: [{ name: plant_pressure, level: 0.9, noise: 0.02 }]
        actions: [{ name: plant.relieve }]
      rules: [{ alert: High, expr: plant_pressure > 0.5, for: 10s }]
      responses: [{ alert: High, action: plant.relieve, priority: safety, cooldown: 1m }]
      expect:
        - EXPECT
`

let temporary: string
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'homeostat-scenarios-'))
})
afterAll(() => rm(temporary, { recursive: true }))

async function errorsOf(text: string): Promise<string[]> {
  const file = join(temporary, 'scenario.test.yml')
  await writeFile(file, text)
  const errors: string[] = []
  for (const each of scenarioCases(file)) for (const error of await each.run()) errors.push(error.message)
  return errors.map(error => error.replace(file, 'FILE'))
}

const failuresOf = (expectation: string): Promise<string[]> => errorsOf(SCENARIO.replace('EXPECT', expectation))

test('a difference is shown below what was expected, with times and reasons', async () => {
  expect(await failuresOf('{ by: 1m, decisions: [{ action: plant.relieve, arm: control }] }')).toEqual([
    `    name: pressure,
    decisions, by: 1m,
        exp: {action="plant.relieve", arm="control"} at least once
        got: {alert="High", action="plant.relieve", arm="act", alertname="High", otel_scope_name="plant"} at 10s`,
  ])
  expect(await failuresOf('{ at: 5s, firing: [High] }')).toEqual([
    '    name: pressure,\n    firing, at: 5s,\n        exp: {alert="High"} at least once\n        got: nil',
  ])
  expect(await failuresOf('{ at: 10s, firing: [] }')).toEqual([
    expect.stringContaining('exp: nil\n        got: {alert="High"'),
  ])
  expect(await failuresOf('{ by: 2m, refusals: [{ reason: conflict, at_most: 3 }] }')).toEqual([
    expect.stringMatching(
      /exp: \{reason="conflict"\} at most 3 times\n +got: [^]* \d+ times from [\dms]+ to [\dms]+: plant.relieve on the same resource is not over yet \(plant.relieve#1\)/,
    ),
  ])
})

test('an expectation can be of a time span, of labels and of a number of times', async () => {
  expect(await failuresOf('{ from: 15s, by: 1m, decisions: [], verdicts: [] }')).toEqual([])
  expect(
    await failuresOf('{ by: 2m, firing: [{ alert: High, labels: { otel_scope_name: plant }, count: 1 }] }'),
  ).toEqual([])
  expect(await failuresOf('{ by: 2m, firing: [{ labels: { otel_scope_name: other } }] }')).toHaveLength(1)
})

test.each([
  ['{ at: 3m, firing: [High] }', 'FILE:12:17: the scenario is over by then: its duration is 2m'],
  [
    '{ by: 1m, verdicts: [efective] }',
    'FILE:12:32: verdict is "efective", but must be effective, no_effect, harmful, inconclusive, failed, noop or palliative; did you mean effective?',
  ],
  [
    '{ by: 1m, refusals: [{ reason: tired }] }',
    'FILE:12:42: reason is "tired", but must be no response, no such action, kill switch, mode, missing data, warm-up, quarantine, cooldown, budget, conflict, lease, prerequisites or guards',
  ],
  ['{ firing: [High] }', 'FILE:12:11: an expectation needs either at or by'],
  [
    '{ by: 1m }',
    'FILE:12:17: it expects nothing; known are firing, decisions, refusals, withheld, verdicts, reverts, breaches, quarantined',
  ],
  [
    '{ by: 1m, fires: [High] }',
    'FILE:12:21: field "fires" not found in an expectation; known are at, by, from, firing, decisions, refusals, withheld, verdicts, reverts, breaches, quarantined',
  ],
])('the expectation %s is refused where it stands', async (text, reason) => {
  expect(await failuresOf(text)).toContain(reason)
})

test('so is a plant, a response or a rule that cannot be', async () => {
  const text = SCENARIO.replace('EXPECT', '{ by: 1m, firing: [High] }')
  expect(await errorsOf(text.replace('level: 0.9, ', ''))).toEqual(["FILE:7:18: field 'level' must be set"])
  expect(await errorsOf(text.replace('name: plant.relieve', 'name: a, effects: [{ series: b, factor: 2 }]'))).toEqual([
    'FILE:8:50: the plant has no series "b"',
  ])
  expect(await errorsOf(text.replace('priority: safety', 'priority: high'))).toEqual([
    expect.stringMatching(/^FILE:10:\d+: priority is "high", but must be safety, slo or efficiency$/),
  ])
  expect(await errorsOf(text.replace('> 0.5', '> > 0.5'))).toEqual([
    expect.stringMatching(/^FILE:9:14: group "scenario", rule 1, "High": could not parse expression/),
  ])
  expect(await errorsOf(text.replace('duration: 2m\n      ', ''))).toContainEqual(
    expect.stringMatching(/field 'duration' must be set/),
  )
})

test('the same seed gives the same course of events, and another seed another', async () => {
  const text = SCENARIO.replace('duration: 2m', 'duration: 20m')
    .replace('> 0.5', '> 0.9')
    .replace('for: 10s', 'for: 5s')
  const never = text.replace('EXPECT', '{ by: 20m, firing: [{ alert: High, count: 1000 }] }')
  const first = await errorsOf(never)
  expect(await errorsOf(never)).toEqual(first)
  expect(await errorsOf(never.replace('duration', 'seed: 8\n      duration'))).not.toEqual(first)
})

test('a file without scenarios has none, whatever else is in it', async () => {
  expect(await errorsOf('tests: [{ name: a, input_series: [{ series: x }] }]')).toEqual([])
  expect(await errorsOf('tests: [{ name: scenario: }]')).toEqual([])
  expect(await errorsOf(': : [')).toEqual([])
})
