import { expect, it } from 'vitest'
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
