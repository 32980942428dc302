import type { Grouping } from '../words/ast.ts'
import { LabelGroups } from '../plans/label-groups.ts'
import { METRIC_NAME, type Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'

/** The group a sample belongs to, by `by (...)` or `without (...)`; the metric name stays only when `by` names it. */
export function groupLabels(grouping: Grouping): (labels: Labels) => Labels {
  const names = grouping.labels.map(underscoreLabel)
  const dropped = [...names, METRIC_NAME]
  return labels => (grouping.mode === 'by' ? labels.keep(names) : labels.drop(dropped))
}

/** One group, found again at every evaluation: its labels stay the identical object. */
export interface Group<T> {
  /** Labels of the result. Its name is to go as soon as the name of one of the group's samples is. */
  labels: Labels
  readonly state: T
  /** Number of the evaluation that last put a sample in; distinguishes live groups from left-over ones without clearing a map. */
  round: number
}

/** The groups of an aggregation; {@link Groups.live} are those with samples in the present evaluation. */
export class Groups<T> {
  #round = 0
  readonly #groups: LabelGroups<Group<T>>
  /** In order of first appearance. */
  readonly live: Group<T>[] = []
  // Mostly the same sample comes at the same place as last time: its group is then found without a look at its labels.
  readonly #samples: Labels[] = []
  readonly #places: Group<T>[] = []
  #next = 0

  constructor(grouping: Grouping, makeState: () => T) {
    this.#groups = new LabelGroups(groupLabels(grouping), labels => ({
      labels: labels.keepingName,
      state: makeState(),
      round: 0,
    }))
  }

  begin(samples: number): void {
    this.#round += 1
    this.live.length = 0
    this.#next = 0
    if (this.#groups.trim(samples)) this.#samples.length = 0
  }

  /** The state of a sample's group, reset when this is its first sample now. */
  enter(labels: Labels, reset: (state: T) => void): T {
    const group = this.#groupOf(labels)
    if (group.round !== this.#round) {
      group.round = this.#round
      group.labels = group.labels.keepingName
      reset(group.state)
      this.live.push(group)
    }
    if (labels.losesName && !group.labels.losesName) group.labels = group.labels.losingName
    return group.state
  }

  #groupOf(labels: Labels): Group<T> {
    const place = this.#next
    this.#next += 1
    const known = this.#samples[place] === labels ? this.#places[place] : undefined
    if (known !== undefined) return known
    const group = this.#groups.get(labels)
    this.#samples[place] = labels
    this.#places[place] = group
    return group
  }
}

/** Resets a group whose state is a list. */
export function emptyMembers(members: number[]): void {
  members.length = 0
}
