import type { LedgerEntry } from '../ledger.ts'
import type { Steps } from '../sliced-work.ts'

/** Writes what one entry of the ledger tells, in steps. */
export type LedgerWriter = (entry: LedgerEntry) => Steps<void>
