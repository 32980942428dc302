import type { Gate } from '../gate.ts'

/** Just after a start caches are cold and code is not yet compiled: what looks like trouble passes by itself. */
export const warmUpGate: Gate = {
  reason: 'warm-up',
  refuse: (_proposal, { now, startedAt, warmUpMs }) => {
    const leftMs = startedAt + warmUpMs - now
    return leftMs > 0 ? `${Math.ceil(leftMs / 1000)} s of warm-up left` : undefined
  },
}
