import type { ForecasterState } from '../forecaster.ts'

/** What is kept of a target across a restart. */
export interface SavedTarget {
  /** The expression that was watched: the state of another expression belongs to another series. */
  readonly expr: string
  /** How much time its samples speak for. */
  readonly knownMs: number
  /** The last of them, in milliseconds since the epoch. */
  readonly lastMs: number
  readonly state: ForecasterState
}

export function isSavedTarget(saved: unknown): saved is SavedTarget {
  const { expr, knownMs, lastMs, state } = (saved ?? {}) as Partial<SavedTarget>
  return (
    typeof expr === 'string' && Number.isFinite(knownMs) && Number.isFinite(lastMs) && Array.isArray(state?.targets)
  )
}
