import type { Steps } from '@homeostat/signals'
import type { LedgerEntry } from '../../words/ledger-entry.ts'

/** Publishes one entry of the ledger, in steps. */
export type LedgerWriter = (entry: LedgerEntry) => Steps<void>
