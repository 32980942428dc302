import { counted } from '@homeostat/signals'
import type { Receipt, Reclaimer } from '@homeostat/optimizer'
import type { SeenLruCache } from '../signals/lru-caches.ts'
import { LruSlots } from './lru-slots.ts'
import { Slices } from './slices.ts'

/** Looking at a live slot takes about 10 ns: the clock is asked once in so many. */
const SLOTS_PER_CLOCK = 128
/** Names in a receipt's summary. */
const MAX_NAMES = 5

/** Options of the action that removes expired entries. */
export interface ExpiredEntriesOptions {
  /** The caches to clear. */
  readonly caches: () => Iterable<SeenLruCache>
  /** Longest stretch on the event loop, in milliseconds; the optimizer's own limit when that is lower. @default 2 */
  readonly sliceMs?: number
}

interface Tally {
  readonly entries: Map<string, number>
  readonly problems: Set<string>
  caches: number
  size: number
}

/**
 * Removes what has expired in every lru-cache, in slices. lru-cache keeps an expired entry until somebody asks for it or it is
 * the least recently used of a full cache; in between it holds memory for nothing.
 */
export function createExpiredEntries(options: ExpiredEntriesOptions): Reclaimer {
  return {
    name: 'expired cache entries',
    reclaim: async ({ signal, sliceMs }) => {
      const slices = new Slices(Math.min(sliceMs, options.sliceMs ?? 2))
      const tally: Tally = { entries: new Map(), problems: new Set(), caches: 0, size: 0 }
      for (const seen of options.caches()) {
        if (signal.aborted) break
        await clearCache(seen, slices, signal, tally)
      }
      slices.end()
      return receiptOf(tally, slices.longestMs)
    },
  }
}

async function clearCache(seen: SeenLruCache, slices: Slices, signal: AbortSignal, tally: Tally): Promise<void> {
  const cache = seen.cache()
  if (cache === undefined) return
  let removed = 0
  try {
    const slots = LruSlots.of(cache)
    if (slots === undefined) {
      tally.problems.add(
        `${seen.name}: the slots of this version of lru-cache cannot be read; those of 11.3 to 11.5 can`,
      )
      return
    }
    for (let slot = 0; slot < slots.length && !signal.aborted;) {
      const sizeBefore = cache.calculatedSize
      const slice = clearSlice(slots, slot, slices)
      slot = slice.next
      removed += slice.removed
      // By slice, because in between the application adds and removes as well.
      tally.size += Math.max(0, sizeBefore - cache.calculatedSize)
      if (slice.error !== undefined) throw slice.error
      if (slices.isOver) await slices.next()
    }
  } catch {
    // Not the message: it is of the application's making and may quote keys or values.
    tally.problems.add(`${seen.name}: a callback of the cache threw, so the remaining entries were not examined`)
  } finally {
    if (removed > 0) tally.caches++
    tally.entries.set(seen.name, (tally.entries.get(seen.name) ?? 0) + removed)
  }
}

function clearSlice(slots: LruSlots, from: number, slices: Slices): { next: number; removed: number; error?: unknown } {
  let removed = 0
  let slot = from
  try {
    while (slot < slots.length) {
      const isRemoved = slots.removeExpired(slot++)
      if (isRemoved) removed++
      // A removal runs the application's callbacks, which take who knows how long.
      if ((isRemoved || slot % SLOTS_PER_CLOCK === 0) && slices.isOver) break
    }
    return { next: slot, removed }
  } catch (error) {
    return { next: slot, removed, error }
  }
}

function receiptOf({ entries, problems, caches, size }: Tally, blockedMs: number): Receipt {
  const removed = [...entries].filter(([, count]) => count > 0).toSorted((a, b) => b[1] - a[1])
  const total = removed.reduce((sum, [, count]) => sum + count, 0)
  const names = removed.slice(0, MAX_NAMES).map(([name, count]) => `${name} ${format(count)}`)
  const where = names.length > 0 ? ` (${names.join(', ')}${removed.length > MAX_NAMES ? ', …' : ''})` : ''
  return {
    summary: `removed ${counted(total, 'expired entry', 'expired entries')} from ${counted(caches, 'cache')}${where}, longest slice ${blockedMs.toFixed(1)} ms`,
    effects: { entries: total, caches, size },
    blockedMs,
    ...(problems.size > 0 ? { problems: [...problems] } : undefined),
  }
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}
