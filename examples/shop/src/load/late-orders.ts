/** An order that is announced later than this after it was paid is late. */
const LATE_MS = 15_000

/**
 * How many orders are late: announced too late, or not yet although it is time. One that was paid just now may still be announced in time.
 *
 * @param paidAt - when each order was paid, in milliseconds since the epoch, by its id
 * @param announcedAt - the same for when it was announced
 */
export function lateOrders(
  paidAt: ReadonlyMap<string, number>,
  announcedAt: ReadonlyMap<string, number>,
  now: number,
): number {
  return [...paidAt].filter(([id, at]) => (announcedAt.get(id) ?? now) - at > LATE_MS).length
}
