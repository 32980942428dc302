import type { ForecasterState } from '../forecaster.ts'

/** What is kept of a target across a restart. */
export interface SavedTarget {
  /** What was watched: a state of another expression is of another series. */
  readonly expr: string
  /** When watching began, in milliseconds since the epoch. */
  readonly since: number
  /** The last sample. */
  readonly until: number
  readonly state: ForecasterState
}

export function isSavedTarget(saved: unknown): saved is SavedTarget {
  const { expr, since, until, state } = (saved ?? {}) as Partial<SavedTarget>
  return (
    typeof expr === 'string' && Number.isFinite(since) && Number.isFinite(until) && typeof state === 'object' && !!state
  )
}
