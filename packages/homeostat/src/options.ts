import type { Action, Domain, Mode, Response } from '@homeostat/optimizer'
import type { bullmq } from '@homeostat/bullmq/domain'
import type { cache } from '@homeostat/cache/domain'
import type { ioredis } from '@homeostat/ioredis/domain'
import type { pg } from '@homeostat/pg/domain'
import type { RuleSource } from '@homeostat/promql'
import type { runtime } from '@homeostat/runtime/domain'

/** A package's own options, plus how far it may go; `false` leaves the package out. */
export type PackageOptions<Factory> = Factory extends (options?: infer Options) => unknown
  ? (NonNullable<Options> & { readonly mode?: Mode }) | false
  : never

export interface HomeostatOptions {
  /**
   * How far every package may go unless it says otherwise: `off`, `shadow`, `advise` or `act`.
   * @default the environment's `HOMEOSTAT_MODE`, else `advise`: it says what it would do and touches nothing
   */
  readonly mode?: Mode
  /** No package and no action goes further than this. @default act */
  readonly maxMode?: Mode
  /** The mode of single actions, e.g. `{ 'cache.warm': 'act' }`; stronger than the package's. */
  readonly actionModes?: Readonly<Record<string, Mode>>
  readonly runtime?: PackageOptions<typeof runtime>
  readonly cache?: PackageOptions<typeof cache>
  readonly ioredis?: PackageOptions<typeof ioredis>
  readonly bullmq?: PackageOptions<typeof bullmq>
  readonly pg?: PackageOptions<typeof pg>
  /** Packages of your own; one that is called like a package of ours takes its place. */
  readonly domains?: readonly Domain[]
  /** Rules beside those of the packages; groups of a Prometheus rule file fit, see `@homeostat/promql/rule-files`. */
  readonly rules?: readonly RuleSource[]
  /** Responses beside those of the packages. One that runs the same action on the same alert takes the package's place. */
  readonly responses?: readonly Response[]
  readonly actions?: readonly Action[]
  /** Time between ticks. @default 5000 */
  readonly intervalMs?: number
  /** Nothing acts before this time has passed since the first tick. @default 60000 */
  readonly warmUpMs?: number
  /** Whether to begin ticking at once; otherwise `start()` does. @default true */
  readonly autoStart?: boolean
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>
}
