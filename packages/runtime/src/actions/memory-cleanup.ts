import type { Action, ActionContext, Receipt, Reclaimer } from '@homeostat/optimizer'
import { NotAReceiptError } from '@homeostat/optimizer'
import { copyReceipt } from '@homeostat/optimizer/parts'
import { errorType, untilAborted } from '@homeostat/signals'
import { MemoryCleanupError } from './memory-cleanup-error.ts'
import { mergeReceipts } from './merge-receipts.ts'

/** How long a reclaimer may take to stop after the abort, before its receipt is given up. */
const GRACE_MS = 250

/** Options of the action `memory.cleanup`. */
export interface MemoryCleanupOptions {
  /** What gives memory back, asked anew at each run. */
  readonly reclaimers: () => readonly Reclaimer[]
}

/**
 * The action `memory.cleanup`: gives back memory that nobody needs, such as expired cache entries and old temp files.
 *
 * All reclaimers run side by side. One that fails is a problem in the receipt and stops no other; the action itself fails
 * only when all of them do.
 *
 * It never forces a garbage collection. A full collection stops the event loop for as long as the *live* heap is large,
 * however little garbage there is (measured on Node 24.21: 850 ms at 335 MB, and `gc({ execution: 'async' })` blocks as
 * long), V8 starts one by itself before the heap limit, and freed pages go back to the system only 6 to 12 s later: it
 * would turn a process that is merely full into one that is full and stalled. Only dropped references
 * help, so reclaimers drop them.
 */
export function createMemoryCleanup(options: MemoryCleanupOptions): Action {
  return {
    name: 'memory.cleanup',
    scope: 'process',
    touches: ['memory'],
    raises: ['cpu'],
    lowers: ['memory'],
    risk: 0,
    run: context => runReclaimers(options.reclaimers(), context),
  }
}

async function runReclaimers(reclaimers: readonly Reclaimer[], context: ActionContext): Promise<Receipt> {
  const names = reclaimers.map(({ name }) => name)
  const outcomes = await Promise.allSettled(reclaimers.map(reclaimer => runReclaimer(reclaimer, context)))

  const receipts: Receipt[] = []
  const problems: string[] = []
  const failures: unknown[] = []
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') receipts.push(outcome.value)
    else {
      failures.push(outcome.reason)
      // Not the message: somebody else's may quote keys or paths.
      problems.push(`${names[index]} failed: ${errorType(outcome.reason)}`)
    }
  }
  if (failures.length > 0 && failures.length === reclaimers.length) throw new MemoryCleanupError(names, failures)
  return mergeReceipts(receipts, problems)
}

async function runReclaimer(reclaimer: Reclaimer, { now, signal, sliceMs }: ActionContext): Promise<Receipt> {
  if (signal.aborted) return { summary: '', effects: {} }
  const late = new Error(`${reclaimer.name} did not stop in time`)
  const work = (): Promise<Receipt> => reclaimer.reclaim({ now, signal, sliceMs })
  try {
    const receipt = copyReceipt(await untilAborted(work, signal, { graceMs: GRACE_MS, reason: () => late }))
    if (receipt === undefined) throw new NotAReceiptError(reclaimer.name)
    return receipt
  } catch (error) {
    if (error !== late) throw error
    return { summary: '', effects: {}, problems: [`${reclaimer.name} did not stop within ${GRACE_MS} ms`] }
  }
}
