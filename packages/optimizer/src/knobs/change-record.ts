/** How to take a change of a knob back. It is kept before the change is made. */
export interface ChangeRecord {
  readonly knob: string
  /** The value before the first change. */
  readonly was: number
  /** What may stand now because of us: one value, or two while it is on the way from the first to the second. */
  readonly set: readonly number[]
}

/** Whose value it is. `back`: what was there before, so nothing was set, or somebody took it back already. */
export type Origin = 'ours' | 'back' | 'theirs'

export function originOf(value: number, { was, set }: Omit<ChangeRecord, 'knob'>): Origin {
  if (set.includes(value)) return 'ours'
  return value === was ? 'back' : 'theirs'
}

/** What a file or a coordinator kept; undefined when it is no record. */
export function parseChangeRecord(value: unknown): ChangeRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { knob, was, set } = value as Partial<ChangeRecord>
  if (typeof knob !== 'string' || !Number.isFinite(was) || !Array.isArray(set)) return undefined
  if (!set.every(each => Number.isFinite(each))) return undefined
  return { knob, was: was as number, set }
}
