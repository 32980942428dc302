import { compareLabels } from '../numbers/go-format.ts'
import { nameOf } from '../rules/rule-context.ts'
import type { RuleGroup } from '../rules/rule-group.ts'

/** A rule that writes the same series, or the same alert, as one before it. */
export interface DuplicateRule {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * Rules of the same name and labels: valid, but usually a slip, so Prometheus's `promtool check rules` warns of them. Sorted
 * by name.
 */
export function findDuplicateRules(groups: readonly RuleGroup[]): DuplicateRule[] {
  const seen = new Map<string, { readonly rule: DuplicateRule; count: number }>()
  for (const group of groups) {
    for (const rule of group.rules) {
      // As Prometheus 3: what the group adds counts too.
      const labels = { ...group.labels, ...rule.labels }
      const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
      const key = JSON.stringify([nameOf(rule), sorted])
      const known = seen.get(key)
      if (known === undefined)
        seen.set(key, { rule: { name: nameOf(rule), labels: Object.fromEntries(sorted) }, count: 1 })
      else known.count += 1
    }
  }
  return [...seen.values()]
    .filter(({ count }) => count > 1)
    .map(({ rule }) => rule)
    .toSorted((a, b) => (a.name === b.name ? compareLabels(a.labels, b.labels) : a.name < b.name ? -1 : 1))
}
