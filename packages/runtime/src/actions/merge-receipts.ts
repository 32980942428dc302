import type { Receipt } from '@homeostat/optimizer'

/**
 * Several receipts of work done side by side as one: effects of the same name add up; the longest block counts, because
 * slices of different reclaimers are turns of the loop of their own.
 */
export function mergeReceipts(receipts: readonly Receipt[], problems: readonly string[] = []): Receipt {
  const effects: Record<string, number> = {}
  const summaries: string[] = []
  let blockedMs: number | undefined
  for (const receipt of receipts) {
    for (const [name, count] of Object.entries(receipt.effects)) effects[name] = (effects[name] ?? 0) + count
    if (receipt.summary !== '') summaries.push(receipt.summary)
    if (receipt.blockedMs !== undefined) blockedMs = Math.max(blockedMs ?? 0, receipt.blockedMs)
  }
  const allProblems = [...receipts.flatMap(receipt => receipt.problems ?? []), ...problems]
  const advice = receipts.flatMap(receipt => receipt.advice ?? [])
  return {
    summary: summaries.join('; ') || 'nothing to give back',
    effects,
    ...(blockedMs === undefined ? undefined : { blockedMs }),
    ...(advice.length === 0 ? undefined : { advice }),
    ...(allProblems.length === 0 ? undefined : { problems: allProblems }),
  }
}
