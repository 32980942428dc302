import type { Homeostat, LedgerEntry } from 'homeostat'

/** What the shop tells the process that started it, if that one listens. */
export type ShopMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'tick'; readonly entry: LedgerEntry }

export function tellListening(url: string): void {
  tell({ kind: 'listening', url })
}

/** Hands on every ledger entry. */
export function tellTicks(homeostat: Homeostat): void {
  if (process.send) homeostat.on(entry => tell({ kind: 'tick', entry }))
}

function tell(message: ShopMessage): void {
  // A parent that is gone ends the shop through 'disconnect'; a message that no longer reaches it needs no error.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
