import { expect, test } from 'vitest'
import { pairedRatio, type ServerRow } from '../src/http-server/server-bench.ts'
import { describeServer } from '../src/http-server/server-report.ts'

const bare: ServerRow = {
  bench: 'http-server',
  path: 'waiting',
  variant: 'bare',
  comparedWith: undefined,
  usPerRequest: [10, 11, 12],
  ratio: undefined,
  atMost: undefined,
}

function ours(ratio: readonly [number, number, number]): ServerRow {
  return { ...bare, variant: 'ours', comparedWith: 'bare', ratio, atMost: 1.03 }
}

test('a block is compared with the one beside it, so that a slow moment counts for both', () => {
  expect(pairedRatio([11, 22, 33], [10, 20, 30])).toBeCloseTo(1.1)
})

test('a goal is met, not met, or not resolved, by the whole interval', () => {
  expect(describeServer([bare, ours([1.01, 1.02, 1.029])], 15)).toContain('1.0 %, 2.9 %], met')
  expect(describeServer([bare, ours([1.04, 1.05, 1.09])], 15)).toContain(
    'ours, waiting: goal: at most 3.0 % over bare: 5.0 % [4.0 %, 9.0 %], not met',
  )
  const text = describeServer([bare, ours([0.99, 1.01, 1.05])], 5)
  expect(text).toContain('[-1.0 %, 5.0 %], not resolved')
  expect(text).toContain('5 of at least 6 rounds: too few to trust an interval')
})
