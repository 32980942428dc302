import type { Action, Domain, Mode, Response, Rule } from '@homeostat/optimizer'
import { isMode, lesserMode } from '@homeostat/optimizer'
import type { bullmq } from '@homeostat/bullmq/domain'
import type { cache } from '@homeostat/cache/domain'
import type { ioredis } from '@homeostat/ioredis/domain'
import type { pg } from '@homeostat/pg/domain'
import type { RecordingRule, RuleGroup } from '@homeostat/promql'
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
  /** Packages of your own. */
  readonly domains?: readonly Domain[]
  /** Rules beside those of the packages; groups of a Prometheus rule file fit, see `@homeostat/promql/rule-files`. */
  readonly rules?: readonly (Rule | RecordingRule | RuleGroup)[]
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

/** The packages' responses and the application's own, which win. */
export function responsesOf(domains: readonly Domain[], own: readonly Response[] = []): readonly Response[] {
  const isReplaced = ({ to, action }: Response): boolean =>
    own.some(response => response.action === action && response.to.alert === to.alert)
  return [...domains.flatMap(domain => domain.responses).filter(response => !isReplaced(response)), ...own]
}

/** What the modes of all options come to for one action. */
export function createModeOf(
  options: HomeostatOptions,
  domains: readonly (readonly [domain: Domain, mode: Mode | undefined])[],
  warn: (message: string) => void,
): (action: string) => Mode {
  const checked = (mode: unknown, where: string): Mode | undefined => {
    if (mode === undefined || isMode(mode)) return mode
    // The careful mode: a typing error must neither act nor keep the application from starting.
    warn(`${where} is ${JSON.stringify(mode)}, but must be off, shadow, advise or act; advise is used`)
    return 'advise'
  }
  const { environment = process.env } = options
  const maxMode = checked(options.maxMode, 'maxMode') ?? 'act'
  const base = checked(options.mode, 'mode') ?? checked(environment['HOMEOSTAT_MODE'], 'HOMEOSTAT_MODE') ?? 'advise'

  const modes = new Map<string, Mode>()
  for (const [domain, mode] of domains) {
    const packageMode = checked(mode, `${domain.name}.mode`) ?? base
    for (const action of domain.actions) modes.set(action.name, packageMode)
  }
  for (const [action, mode] of Object.entries(options.actionModes ?? {})) {
    modes.set(action, checked(mode, `actionModes['${action}']`) ?? base)
  }
  return action => lesserMode(maxMode, modes.get(action) ?? base)
}
