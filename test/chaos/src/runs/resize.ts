import { setTimeout as sleep } from 'node:timers/promises'
import { CacheInstrumentation, type Resizing } from '@homeostat/cache'
import { LRUCache } from 'lru-cache'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'

const LIMIT_MS = 5
const SHARE = 0.7

interface Shrunk extends Resizing {
  readonly left: number
  readonly ms: number
  readonly longestTurnMs: number
}

export const run: ChaosRun = {
  name: 'resize',
  about: `A cache of a million entries goes down to ${SHARE} of its limit in slices of at most ${LIMIT_MS} ms`,
  async run({ short, report }: ChaosOptions): Promise<void> {
    const max = short ? 50_000 : 1_000_000
    const shrunk: Shrunk[] = []
    for (let round = 0; round < (short ? 2 : 10); round++) shrunk.push(await shrink(max))
    const at = (share: number, figure: keyof Shrunk): number =>
      quantile(
        shrunk.map(each => each[figure]),
        share,
      )
    const longestSliceMs = at(1, 'longestSliceMs')
    report({
      run: 'resize',
      case: `${max} entries to ${SHARE}`,
      rounds: shrunk.length,
      left: at(1, 'left'),
      medianMs: at(0.5, 'ms'),
      medianTurns: at(0.5, 'turns'),
      medianLongestSliceMs: at(0.5, 'longestSliceMs'),
      longestSliceMs,
      longestTurnMs: at(1, 'longestTurnMs'),
      ...(!short && { goal: `<= ${LIMIT_MS} ms`, met: longestSliceMs <= LIMIT_MS }),
    })
  },
}

async function shrink(max: number): Promise<Shrunk> {
  const instrumentation = new CacheInstrumentation({ resizable: () => true })
  instrumentation.enable()
  try {
    const cache = new LRUCache<number, { key: number }>({ max })
    for (let key = 0; key < max; key++) cache.set(key, { key })
    // The garbage of filling it is not measured.
    await sleep(300)
    const turns = watchTurns()
    const began = performance.now()
    const resizing = await instrumentation.limits.set(SHARE)
    const ms = performance.now() - began
    // Looked at afterwards, which also keeps the garbage collector from taking it before.
    return { ...resizing, left: cache.size, ms, longestTurnMs: turns.longestMs() }
  } finally {
    instrumentation.disable()
  }
}

/** How long anything that waits for the event loop waits at most. */
function watchTurns(): { longestMs(): number } {
  let longest = 0
  let last = performance.now()
  let next: NodeJS.Immediate
  const turn = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    next = setImmediate(turn)
  }
  next = setImmediate(turn)
  return {
    longestMs: () => {
      clearImmediate(next)
      return longest
    },
  }
}
