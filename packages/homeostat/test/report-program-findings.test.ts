import { nextTurn, Registry } from '@homeostat/signals'
import { expect, test } from 'vitest'
import type { Program } from '../src/program.ts'
import { reportProgramFindings } from '../src/report-program-findings.ts'

const { faults } = new Registry({ scope: { name: 'homeostat', version: '0' } })

test('findings about many responses: the first hundred at once, the others while the event loop turns', async () => {
  let looked = 0
  const findings: Program['findings'] = (function* () {
    for (; looked < 250; looked++) yield [`responses[${looked}]`]
  })()
  const now: string[] = []
  const later: string[] = []
  const report = { now: (line: string) => void now.push(line), later: (line: string) => void later.push(line) }
  reportProgramFindings({ findings }, faults, report)
  expect(now).toHaveLength(100)
  expect(later).toEqual([])
  while (later.length < 150) await nextTurn()
  expect([...now, ...later]).toEqual(Array.from({ length: 250 }, (_, index) => `responses[${index}]`))
})
