import { diag } from '@opentelemetry/api'
import { afterEach, expect, it, vi } from 'vitest'
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
