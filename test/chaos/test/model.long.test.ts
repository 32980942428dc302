import { expect, test } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { run } from '../src/runs/model.ts'

test('the state machines do what their models say, on histories worth the name', async () => {
  const rows: ChaosRow[] = []
  await run.run({ short: true, seed: 7, report: row => rows.push(row) })
  expect(rows.map(row => [row.case, row['met'], row['difference']])).toEqual([
    ['condition', true, 'none'],
    ['trial', true, 'none'],
  ])
  for (const { traces, transitions } of rows) expect(Number(transitions)).toBeGreaterThan(Number(traces))
})
