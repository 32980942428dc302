import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Action, HomeostatOptions, Knob, Receipt } from '../../src/index.ts'
import { Homeostat, homeostat } from '../../src/index.ts'
import { processAction } from '../process-action.ts'

let h: Homeostat | undefined

afterEach(async () => {
  await h?.stop()
  h = undefined
  vi.restoreAllMocks()
})

const runs: string[] = []

function does(name: string, run: Action['run'] = async () => receipt): Action {
  return processAction(name, context => (runs.push(name), run(context)))
}
const receipt: Receipt = { summary: 'done', effects: { things: 1 } }

interface Files {
  readonly rules: string
  readonly responses: string
}

/** An application whose rules are in files. */
function start(options: HomeostatOptions): Files {
  runs.length = 0
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-reload-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const files = { rules: join(folder, 'rules.yml'), responses: join(folder, 'responses.yml') }
  write(files, 'Always', 'fan.on')
  h = homeostat({
    autoStart: false,
    mode: 'act',
    warmUpMs: 0,
    environment: {},
    stateDir: folder,
    watchdog: false,
    ruleFiles: [files.rules],
    responseFiles: [files.responses],
    actions: [does('fan.on'), does('fan.off')],
    ...options,
  })
  return files
}

function write({ rules, responses }: Files, alert: string, action: string): void {
  const answer = `{ alert: ${alert}, action: ${action}, priority: safety, cooldown: 0s }`
  writeFileSync(rules, `groups: [{ name: g, rules: [{ alert: ${alert}, expr: vector(1) }] }]`)
  writeFileSync(responses, `responses: [${answer}]`)
}

const alerts = (): (string | undefined)[] =>
  h!.optimizer.rules.health.map(({ rule }) => ('alert' in rule ? rule.alert : ''))

test('rules and responses come from files, and follow their present content', async () => {
  const files = start({})
  await h!.optimizePerformance()
  expect(runs).toEqual(['fan.on'])

  write(files, 'Sometimes', 'fan.off')
  await vi.waitFor(() => expect(alerts()).toContain('Sometimes'), { timeout: 10_000 })
  await h!.optimizePerformance()
  expect(runs).toEqual(['fan.on', 'fan.off'])
  expect(alerts()).not.toContain('Always')
})

test('a file may name what sets a knob, by any of its names', async () => {
  const speed = { value: 3 }
  const knob: Knob = {
    name: 'fan.speed',
    actions: { 'fan.on': { to: 1 } },
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0, max: 3 },
    read: () => speed.value,
    compareAndSet: (expected, next) => speed.value === expected && ((speed.value = next), true),
  }
  start({ actions: [], knobs: [knob] })
  await h!.optimizePerformance()
  expect(speed.value).toBe(1)
})

test('a response in a file takes the place of the one in the code', async () => {
  const inCode = { to: { alert: 'Always' }, action: 'fan.on', priority: 'safety', cooldownMs: 99 } as const
  start({ responses: [inCode, { ...inCode, action: 'fan.off' }] })
  await h!.optimizePerformance()
  expect(runs.toSorted()).toEqual(['fan.off', 'fan.on'])
})

test('with a mistake in a file, everything goes on as before, and the mistake is reported', async () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const log = { info: vi.fn<(line: string) => void>(), warn: vi.fn<(line: string) => void>() }
  const files = start({ log })
  await h!.optimizePerformance()

  writeFileSync(files.rules, 'groups: [{ name: g, rules: [{ alert: Always, expr: vector( }] }]')
  const inForce = (): string | undefined => log.warn.mock.calls.flat().find(line => line.includes('stays in force'))
  await vi.waitFor(() => expect(inForce()).toBeDefined(), { timeout: 10_000 })
  expect(warning).not.toHaveBeenCalled()
  expect(inForce()).toMatch(/their earlier content stays in force: .*rules\.yml:1:52: .*could not parse/)
  expect(alerts()).toContain('Always')
  await h!.optimizePerformance()
  expect(h!.explain('Always')?.line).toMatch(/^Always is firing \(value 1\): fan\.on/)
  const { registry } = h!.instrumentations[0]!
  expect(JSON.stringify(registry.collect(Date.now()).metrics)).toContain('HOMEOSTAT_PROGRAM_FILES')
})

test('an action that runs while its rule is taken away ends as it began', async () => {
  const done = Promise.withResolvers<Receipt>()
  const files = start({ actions: [does('fan.on', () => done.promise), does('fan.off')] })
  const first = h!.optimizePerformance()
  await vi.waitFor(() => expect(runs).toEqual(['fan.on']))

  write(files, 'Sometimes', 'fan.off')
  await vi.waitFor(() => expect(alerts()).toContain('Sometimes'), { timeout: 10_000 })
  done.resolve(receipt)
  expect(await first).toMatchObject({ optimizationsApplied: 1, successful: 1 })
  expect(h!.explain('fan.on#1')?.line).toContain('fan.on#1')
})

test('rules that are switched off are not loaded from files either', async () => {
  start({ mode: 'off' })
  await h!.optimizePerformance()
  expect(runs).toEqual([])
  expect(alerts()).not.toContain('Always')
})
