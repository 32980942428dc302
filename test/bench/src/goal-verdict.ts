import type { Bench, Goal } from './benches.ts'
import type { Row } from './rows.ts'

/** Whether one run met a goal, and the line that says so. */
export interface GoalVerdict {
  readonly met: boolean
  readonly line: string
}

/** Judges every goal of a bench by the rows of one run. */
export function judgeGoals(bench: Bench, rows: readonly Row[]): GoalVerdict[] {
  return bench.goals.map(goal => {
    const rowOf = (variant: string): Row => rows.find(row => row.path === goal.path && row.variant === variant)!
    const own = rowOf(goal.variant)
    const { met, line } =
      'atMostOfPeer' in goal
        ? judgeRatio(own, rowOf(bench.peer.variant), goal.atMostOfPeer)
        : 'atMostOfBare' in goal
          ? judgeShare(own, rowOf(bench.variants[0]!.name), goal.atMostOfBare)
          : judgeCost(own, goal)
    return { met, line: `${goal.variant}, ${goal.path}: ${line}, ${met ? 'met' : 'not met'}` }
  })
}

function judgeRatio(own: Row, peer: Row, atMost: number): GoalVerdict {
  const goal = `goal: at most 1/${Math.round(1 / atMost)} of ${peer.ratioToPeer.name}`
  const peerAdded = peer.addedNs[1]
  if (!peer.resolved || peerAdded <= 0)
    return { met: false, line: `${goal}: what the peer adds is not resolved from zero` }
  // A median that may as well be zero proves nothing; the worst round does.
  const added = own.resolved ? own.addedNs[1] : own.addedNs[2]
  const judged = own.resolved ? '' : ' (not resolved from zero, judged by the upper end of the range)'
  return { met: added <= peerAdded * atMost, line: `${goal}: ${asFraction(added / peerAdded)}${judged}` }
}

function judgeShare(own: Row, bare: Row, atMost: number): GoalVerdict {
  const share = (own.resolved ? own.addedNs[1] : own.addedNs[2]) / bare.nsPerOp
  return { met: share <= atMost, line: `goal: at most ${percent(atMost)} of bare: ${percent(share)}` }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function judgeCost(own: Row, { atMostNs, atMostBytes }: Extract<Goal, { atMostNs: number }>): GoalVerdict {
  const bytes = own.bytesPerOp ?? Number.NaN
  // The whole operation with its loop, not the difference to bare: bare is an increment itself.
  const met = own.nsPerOp <= atMostNs && Math.round(bytes) <= atMostBytes
  return { met, line: `goal: at most ${atMostNs} ns and ${atMostBytes} bytes: ${own.nsPerOp} ns and ${bytes} bytes` }
}

function asFraction(ratio: number): string {
  if (ratio <= 0) return 'nothing'
  return ratio < 1 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(1)
}
