import type { LedgerEntry } from '../ledger.ts'
import type { Steps } from '../../time/sliced-work.ts'

/** Publishes one entry of the ledger, in steps. */
export type LedgerWriter = (entry: LedgerEntry) => Steps<void>
