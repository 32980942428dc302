import type { LedgerEntry } from '../../words/ledger-entry.ts'
import type { Steps } from '../../time/sliced-work.ts'

/** Publishes one entry of the ledger, in steps. */
export type LedgerWriter = (entry: LedgerEntry) => Steps<void>
