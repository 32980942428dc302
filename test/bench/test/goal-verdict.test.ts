import { describe, expect, it } from 'vitest'
import type { Bench } from '../src/benches.ts'
import { judgeGoals } from '../src/goal-verdict.ts'
import type { Measurement } from '../src/measurement.ts'
import { rowsOf } from '../src/rows.ts'

const variants = ['bare', 'ours', 'peer'].map(name => ({ name, description: '' }))
const bench: Bench = {
  name: 'redis',
  title: '',
  operation: 'command',
  paths: [{ name: 'GET', operations: 1, warmUp: 1 }],
  variants,
  peer: { variant: 'peer', name: 'the peer' },
  goals: [{ path: 'GET', variant: 'ours', atMostOfPeer: 1 / 8 }],
}

/** Rounds of the nanoseconds of bare, ours and peer; `bytes` are those of every operation. */
function rows(nanoseconds: readonly (readonly number[])[], of: Bench = bench, bytes?: number) {
  const rounds = nanoseconds.map(
    values =>
      new Map(
        variants.map(({ name }, i): [string, Measurement[]] => [
          name,
          [{ path: 'GET', nsPerOperation: values[i]!, ...(bytes === undefined ? {} : { bytesPerOperation: bytes }) }],
        ]),
      ),
  )
  return rowsOf(of, ['GET'], rounds)
}

describe('the goals of a run', () => {
  it('are met when what ours adds is a small enough part of what the peer adds', () => {
    const measured = rows([
      [1000, 1100, 3000],
      [2000, 2120, 4000],
    ])
    expect(measured[1]).toMatchObject({ variant: 'ours', addedNs: [100, 110, 120], resolved: true })
    expect(measured[1]!.ratioToPeer).toEqual({ name: 'the peer', value: 0.055 })
    expect(judgeGoals(bench, measured)).toEqual([
      { met: true, line: 'ours, GET: goal: at most 1/8 of the peer: 1/18.2, met' },
    ])
  })

  it('are not met by a median that may as well be zero while the range reaches beyond the goal', () => {
    const [verdict] = judgeGoals(
      bench,
      rows([
        [1000, 900, 3000],
        [1000, 1010, 3000],
        [1000, 1500, 3000],
      ]),
    )
    expect(verdict!.met).toBe(false)
    expect(verdict!.line).toContain('1/4.0 (not resolved from zero, judged by the upper end of the range), not met')
  })

  it('cannot be met against a peer whose cost is not resolved', () => {
    const [verdict] = judgeGoals(
      bench,
      rows([
        [1000, 1000, 900],
        [1000, 1000, 1300],
      ]),
    )
    expect(verdict).toMatchObject({ met: false, line: expect.stringContaining('not resolved from zero') })
  })

  it('hold a single value to its nanoseconds and its bytes', () => {
    const signals: Bench = { ...bench, goals: [{ path: 'GET', variant: 'ours', atMostNs: 20, atMostBytes: 0 }] }
    const met = (nanoseconds: number, bytes: number): boolean =>
      judgeGoals(signals, rows([[1, nanoseconds, 500]], signals, bytes))[0]!.met
    expect(met(20, 0.01)).toBe(true)
    expect(met(21, 0)).toBe(false)
    expect(met(5, 16)).toBe(false)
  })
})
