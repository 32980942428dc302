import { steadyNow } from '@homeostat/optimizer/parts'
import { afterEach, expect, test, vi } from 'vitest'
import { reportedProof } from '../../src/report/reported-trials.ts'

afterEach(() => void vi.restoreAllMocks())

test('the times of a proof are those of a clock that was set since the start', () => {
  const { now } = Date
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000)
  const at = steadyNow()
  const news = { id: 'prove#1', knob: 'plant.valve', change: 'paused', startedAt: at - 60_000, at, line: '' } as const
  const reported = reportedProof(news)
  expect(Math.abs(reported.at - Date.now())).toBeLessThan(1000)
  expect(reported.at - reported.startedAt).toBe(60_000)
})
