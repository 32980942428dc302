import type { RuleSource } from '@homeostat/promql'
import type { BudgetLimits, Mode, Response } from '@homeostat/optimizer'
import type { Expected } from './expected.ts'
import type { PlantSpec, TimeSpan } from './plant-spec.ts'

/** A test of rules and responses against a simulated plant. Pure data; times are milliseconds since its start. */
export interface Scenario {
  /** Its name, or `unnamed#0`. */
  readonly name: string
  readonly durationMs: number
  /** Time between ticks. @default 5000 */
  readonly intervalMs: number
  /** Seed of the noise and of the arms: the same seed gives the same course of events. @default 1 */
  readonly seed: number
  /** @default 60000, as in an application */
  readonly warmUpMs: number
  /** By action, by package (`cache` for `cache.warm`), or `default`. @default act */
  readonly modes: Readonly<Record<string, Mode>>
  readonly budget: Partial<BudgetLimits>
  /** Rules of its own, beside those of the file. */
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
  readonly plant: PlantSpec
  /** When somebody has pulled the kill switch. */
  readonly killed: readonly TimeSpan[]
  readonly expect: readonly Expected[]
}
