import { diag } from '@opentelemetry/api'
import { afterEach, expect, it, vi } from 'vitest'
import { homeostat } from '../../src/index.ts'
import { loggerOf } from '../../src/options/logger.ts'
import { Findings } from '../../src/report/findings.ts'
import { LogLines } from '../../src/report/log-lines.ts'
import { EngineInstrumentation } from '../../src/doors/engine-instrumentation.ts'

it('reports how many findings were left out', () => {
  const { faults } = new EngineInstrumentation().registry
  const findings = new Findings(new LogLines({ logger: undefined, faults }))
  for (let index = 0; index < 53; index++) findings.add(`finding ${index}`, `text ${index}`)
  expect(findings.all).toHaveLength(51)
  expect(findings.all.at(-1)?.text).toContain('3 further reports of findings were left out')
})

afterEach(() => {
  diag.disable()
  vi.restoreAllMocks()
})

it.each([
  ['the console', true, 1],
  ['a logger of the application', { info: () => undefined, warn: () => undefined }, 2],
  ['nowhere', false, 2],
] as const)('a diag logger on the console repeats no line where lines go to %s', (_, log, count) => {
  vi.spyOn(console, 'error').mockReturnValue()
  const repeated: string[] = []
  const write = (text: string): void => void repeated.push(text)
  diag.setLogger({ error: write, warn: write, info: write, debug: write, verbose: write })
  repeated.length = 0
  const findings = new Findings(
    new LogLines({ logger: loggerOf(log), faults: new EngineInstrumentation().registry.faults }),
  )
  findings.add('before', 'before')
  findings.diagIsOnConsole()
  findings.add('after', 'after')
  expect(repeated).toHaveLength(count)
})

it('the lines of packages are in the log of an application without a diag logger, until it stops', async () => {
  const logger = { info: vi.fn<(line: string) => void>(), warn: vi.fn<(line: string) => void>() }
  const h = homeostat({ service: 'shop', environment: {}, autoStart: false, log: logger })
  const { faults } = new EngineInstrumentation().registry
  const written = (): string[] => logger.warn.mock.calls.map(([line]) => line)

  faults.log('error', 'the sizes cannot be read')
  faults.report('action', new TypeError('secret'))
  await vi.waitFor(() => expect(written()).toHaveLength(2))
  expect(written()[0]).toBe('homeostat: the sizes cannot be read')
  expect(written()[1]).toMatch(/^homeostat: an action failed and was contained: TypeError/)
  expect(written()[1]).not.toContain('secret')

  await h.stop()
  faults.log('error', 'the sizes cannot be read')
  await new Promise(setImmediate)
  expect(written()).toHaveLength(2)
})

it('the lines of packages are not repeated where the diag logger and the log are the console', async () => {
  const printed = vi.spyOn(console, 'error').mockReturnValue()
  const findings = new Findings(
    new LogLines({ logger: loggerOf(true), faults: new EngineInstrumentation().registry.faults }),
  )
  findings.relay('warn', '@homeostat/pg: a')
  findings.diagIsOnConsole()
  findings.relay('warn', '@homeostat/pg: b')
  await vi.waitFor(() => expect(printed).toHaveBeenCalledWith('homeostat: pg: a'))
  expect(printed).toHaveBeenCalledTimes(1)
})
