import type { Matching } from '../words/ast.ts'
import { LabelGroups } from '../plans/label-groups.ts'
import { METRIC_NAME, type Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'

/** What two vectors are matched by, and what one evaluation noted about it. Rounds distinguish evaluations. */
export interface MatchGroup {
  readonly labels: Labels
  /** The last round in which the "one" side (or a set operator's deciding side) had this group. */
  presentIn: number
  /** Which sample of that side it was. */
  index: number
  /** The last round in which a result was made for this group. */
  takenIn: number
}

/** The labels by which two vectors are matched: `on(...)` keeps these, `ignoring(...)` drops them. */
export function matchGroups(matching: Matching): LabelGroups<MatchGroup> {
  const names = matching.labels.map(underscoreLabel)
  const dropped = [...names, METRIC_NAME]
  return new LabelGroups(
    labels => (matching.on ? labels.keep(names) : labels.drop(dropped)),
    labels => ({ labels, presentIn: 0, index: 0, takenIn: 0 }),
  )
}
