import type { StandingGate } from '../gate.ts'
import { plainDuration } from '../../words/plain-numbers.ts'

/** Just after a start caches are cold and code is not yet compiled: what looks like trouble passes by itself. */
export const warmUpGate: StandingGate = {
  isStanding: true,
  reason: 'warm-up',
  refuse: (_answer, { now, startedAt, warmUpMs }) => {
    const leftMs = startedAt + warmUpMs - now
    return leftMs > 0 ? `${plainDuration(leftMs)} of warm-up left` : undefined
  },
}
