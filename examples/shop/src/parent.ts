import type { Homeostat, LedgerEntry } from 'homeostat'
import type { ArmCounts } from './knobs/arm-counts.ts'
import { armCountsOf } from './knobs/arm-counts.ts'

/** What the shop tells the process that started it, if that one listens. */
export type ShopMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'tick'; readonly entry: LedgerEntry; readonly arms: ArmCounts }

export function tellListening(url: string): void {
  tell({ kind: 'listening', url })
}

/** Hands on every ledger entry, and the sizes of the halves of trials at that time. */
export function tellTicks(homeostat: Homeostat): void {
  if (process.send) homeostat.on(entry => tell({ kind: 'tick', entry, arms: armCountsOf(homeostat) }))
}

function tell(message: ShopMessage): void {
  // A parent that is gone ends the shop through 'disconnect'; a message that no longer reaches it needs no error.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
