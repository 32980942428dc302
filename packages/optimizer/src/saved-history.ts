import type { Standing } from './instances/standing.ts'
import type { ArmState } from './judge/arms.ts'
import type { Episode } from './judge/episode.ts'
import type { Judgement as Statistics } from './judge/judgement.ts'

/** What is kept of a history across restarts. */
export interface SavedHistory {
  readonly version: string
  readonly arms?: ArmState | undefined
  readonly acts: readonly Episode[]
  readonly controls: readonly Episode[]
  readonly breaches: { readonly act: number; readonly control: number }
  readonly trials: { readonly act: number; readonly control: number }
  readonly standing: Standing
  readonly decided?: Statistics | undefined
}
