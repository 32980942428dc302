import { nextTurn, Registry } from '@homeostat/signals'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Homeostat, HomeostatOptions } from '../src/index.ts'
import { GivenProgram } from '../src/options/given-program.ts'
import { homeostat } from '../src/index.ts'
import { readModes } from '../src/options/modes.ts'
import { ProgramOfOptions } from '../src/program/program-of-options.ts'
import { processAction } from './process-action.ts'

const MANY = 10_000
/** The entry that is wrong, counted from 0. */
const WRONG = 9998

const action = processAction('fan')
const rules = Array.from({ length: MANY }, (_, index) => ({ alert: `Rule${index}`, expr: 'temperature > 80' }))
const responses = Array.from({ length: MANY }, (_, index) => ({
  to: { alert: `Rule${index}` },
  action: 'fan',
  priority: 'slo' as const,
  clear: 'temperature < 70',
}))
let warnings: string[] = []
let h: Homeostat | undefined

beforeEach(() => {
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(message => void warnings.push(String(message)))
})

afterEach(async () => {
  await h?.stop()
  vi.restoreAllMocks()
})

/** The rules in force once so many are. */
async function started(options: HomeostatOptions, inForce: number): Promise<Homeostat> {
  h = homeostat({ autoStart: false, environment: {}, log: false, actions: [action], ...options })
  // Nothing of it is checked yet, so nothing of it is in force.
  expect(h.optimizer.rules.health).toEqual([])
  await vi.waitFor(() => expect(h!.optimizer.rules.health.length).toBeGreaterThanOrEqual(inForce), { timeout: 60_000 })
  return h
}

function withWrong<T extends object>(entries: readonly T[], wrong: object): T[] {
  return entries.map((entry, index) => (index === WRONG ? { ...entry, ...wrong } : entry))
}

test.each<[what: string, options: object, line: RegExp]>([
  [
    'a rule with a wrong duration',
    { rules: withWrong(rules, { for: '5 minutes' }) },
    /^rules\[9998\]\.for is a text of 9 characters, but must be a Prometheus duration, e\.g\. "30s"; rules\[9998\] is left out$/,
  ],
  [
    'a rule that is not valid PromQL',
    { rules: withWrong(rules, { expr: 'sum(' }) },
    /^rule "Rule9998", expr: 1:5: parse error: .*; the rule is left out; correct it and load it again$/,
  ],
  [
    'a rule whose series only a server has',
    { rules: withWrong(rules, { expr: 'up == 0' }) },
    /^rule "Rule9998": up never finds anything: a process has no metric "up"/,
  ],
  [
    'a response with an unknown field',
    { rules, responses: withWrong(responses, { cooldown: 5 }) },
    /^responses\[9998\]\.cooldown is not an option of responses\[9998\]; responses\[9998\] is left out; did you mean cooldownMs\?$/,
  ],
  [
    'a response that clears at no PromQL',
    { rules, responses: withWrong(responses, { clear: 'sum(' }) },
    /^responses\[9998\]\.clear cannot be read as PromQL: 1:5: parse error: .*; responses\[9998\] is left out$/,
  ],
  [
    'a response with an unknown action',
    { rules, responses: withWrong(responses, { action: 'fna' }) },
    /^responses\[9998\], to Rule9998: no package in use provides an action or a knob "fna"; did you mean fan\?$/,
  ],
])('number 9,999 of 10,000 is %s: it has its line, and the others are in force', async (_, options, line) => {
  const { optimizer } = await started(options, MANY - 1)
  await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 60_000 })
  expect(warnings[0]).toMatch(line)
  expect(optimizer.rules.health.some(({ rule }) => 'alert' in rule && rule.alert === 'Rule9999')).toBe(true)
})

test('a group of 10,000 rules is left out as a whole when one of them is wrong', async () => {
  const group = { name: 'many', rules: withWrong(rules, { for: 5 }) }
  await started({ rules: [group as never, ...rules.slice(0, 10)] }, 10)
  expect(warnings).toEqual([
    'rules[0].rules[9998].for is 5, but must be a Prometheus duration, e.g. "30s"; rules[0] is left out',
  ])
})

test('a tick that is asked for at once waits for all rules', async () => {
  h = homeostat({ autoStart: false, environment: {}, log: false, rules: rules.slice(0, 1000) })
  await h.optimizePerformance()
  expect(h.optimizer.rules.health.filter(({ health }) => health === 'ok').length).toBeGreaterThanOrEqual(1000)
})

test('optimizePerformance() lets the application run while it evaluates all rules', async () => {
  h = homeostat({ autoStart: false, environment: {}, log: false, rules, actions: [action] })
  await h.optimizePerformance()
  let turns = 0
  const beat = setInterval(() => turns++, 0)
  const ticking = h.optimizePerformance()
  const atFirst = turns
  await ticking
  clearInterval(beat)
  expect(turns).toBeGreaterThan(atFirst)
})

test('a Homeostat that is stopped while it loads its rules reports nothing afterwards', async () => {
  h = homeostat({ autoStart: false, environment: {}, log: false, rules: withWrong(rules, { for: 5 }) })
  await h.stop()
  for (let turn = 0; turn < 100; turn++) await nextTurn()
  expect(warnings).toEqual([])
})

test('an engine that is stopped while it loads rules does not wait for them', async () => {
  h = homeostat({ autoStart: false, environment: {}, log: false })
  const { faults } = new Registry({ scope: { name: 'test' } })
  const modes = readModes({ options: {}, isWrong: () => false } as never, [], () => undefined)
  const program = new ProgramOfOptions(new GivenProgram(rules, undefined), { options: {}, domains: [], modes }, faults)
  const loading = program.load(h.optimizer)
  program[Symbol.dispose]()
  // Rule files wait for them, and a tick waits for rule files.
  await expect(program.own).resolves.toEqual({ rules: [], responses: [] })
  await loading
})
