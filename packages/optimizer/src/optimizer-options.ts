import type { RuleSource } from '@homeostat/promql'
import type { Registry } from '@homeostat/signals'
import type { Action } from './words/action.ts'
import type { BudgetLimits } from './words/budget-limits.ts'
import type { Fleet } from './fleet/fleet.ts'
import type { KillSwitch } from './stop/kill-switch.ts'
import type { Mode } from './words/mode.ts'
import type { Response } from './words/response.ts'
import type { SnapshotReader } from './signals/snapshot-reader.ts'

/** Options of {@link Optimizer}. */
export interface OptimizerOptions {
  /** What is measured. The first one is where Homeostat counts its own failures. */
  readonly registries: readonly [engine: Registry, ...domains: Registry[]]
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
  readonly actions: readonly Action[]
  /** The mode in force for an action. @default advise for all */
  readonly modeOf?: (action: string) => Mode
  /** Nothing acts before this time has passed since the first tick. @default 60000 */
  readonly warmUpMs?: number
  /** Expected time between ticks; it sizes the store. @default 5000 */
  readonly intervalMs?: number
  /**
   * Time between looks at the guards of open trials, by `looks.lookInSlices(now)`. They find harm sooner than ticks, in our own
   * signals. @default nobody looks between two ticks
   */
  readonly lookMs?: number
  /** How much the loop may do, all in all. @default the defaults of {@link BudgetLimits} */
  readonly budget?: Partial<BudgetLimits>
  /** What this process and the others agree on. @default there are no others, and what is shared is left alone */
  readonly fleet?: Fleet
  /** @default one that listens to HOMEOSTAT_DISABLED; more sources are added with `killSwitch.add()` */
  readonly killSwitch?: KillSwitch
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** The present, for what happens between ticks: the end of an action, an attached collection. @default a steady clock */
  readonly clock?: () => number
  /** Where snapshots come from. @default the registries, and the readers attached to them */
  readonly reader?: SnapshotReader
  /** Uniform in [0, 1); draws the arms of trials. @default Math.random */
  readonly random?: () => number
}
