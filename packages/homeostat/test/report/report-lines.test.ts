import { nextTurn } from '@homeostat/signals'
import { expect, test } from 'vitest'
import type { Lines } from '../../src/report/report-lines.ts'
import { reportLines } from '../../src/report/report-lines.ts'

test('findings about many responses: the first hundred at once, the others while the event loop turns', async () => {
  let looked = 0
  const findings: Lines = (function* () {
    for (; looked < 250; looked++) yield [`responses[${looked}]`]
  })()
  const now: string[] = []
  const later: string[] = []
  const report = { now: (line: string) => void now.push(line), later: (line: string) => void later.push(line) }
  reportLines(findings, report, 100, error => expect.unreachable(String(error)))
  expect(now).toHaveLength(100)
  expect(later).toEqual([])
  while (later.length < 150) await nextTurn()
  expect([...now, ...later]).toEqual(Array.from({ length: 250 }, (_, index) => `responses[${index}]`))
})
