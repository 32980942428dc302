import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/recorded/log/log-entry.ts'
import { loggedRun } from '../../../src/recorded/log/logged-run.ts'

const valuesWith = (detail: string): unknown => {
  const message = 'duration: 5.0 ms  execute <unnamed>: SELECT * FROM sale WHERE code = $1 AND state = $2'
  const run = loggedRun({ message, detail } as LogEntry)
  return typeof run === 'object' ? run.values : run
}

describe('the values of a logged run', () => {
  it('are those of the list, in its order', () => {
    expect(valuesWith("parameters: $1 = 'it''s, $2', $2 = NULL")).toEqual(["it's, $2", null])
    expect(valuesWith("Parameters: $1 = 'a'")).toEqual(['a'])
  })

  it.each([
    ['was cut off by log_parameter_max_length', "parameters: $1 = 'abc...', $2 = 'b'"],
    ['has a number that no parameter has', "parameters: $4000000000 = 'x'"],
    ['leaves a parameter out', "parameters: $2 = 'x'"],
    ['is none', 'something else'],
  ])('are unknown where the list %s', (_, detail) => {
    expect(valuesWith(detail)).toBeUndefined()
  })
})
