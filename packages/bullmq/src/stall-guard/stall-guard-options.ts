import type { Mode, StallReceipt } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import type { OptionSchema } from '@homeostat/signals/options'
import { callback, checkedOptions, group, LONGEST_MS, milliseconds, objectWith } from '@homeostat/signals/options'
import type { Workers } from '../signals/seen-workers.ts'

/** Twice BullMQ's default time of a lock: long enough for honest work, and a deadlock is still noticed in the minute. */
export const DEFAULT_LIMIT_MS = 60_000
export const SHORTEST_LIMIT_MS = 100

/** Options of `new StallGuard()`. */
export interface StallGuardOptions {
  /** The workers to guard: `instrumentation.workers`. */
  readonly workers: Workers
  /** Takes the metrics: `instrumentation.registry`. */
  readonly registry: Registry
  /** A loop that is blocked for longer is taken for a deadlock: its locks expire, in milliseconds. At least 100. @default 60000 */
  readonly limitMs?: number
  /**
   * `act` renews locks; `advise` and `shadow` only count what would have been renewed, and write nothing; `off` does neither.
   * Asked once per second. @default `act`
   */
  readonly mode?: () => Mode
  /** Called with the receipt of each block in which a lock would have expired. @default nothing is called */
  readonly onReceipt?: (receipt: StallReceipt) => void
}

const schema: OptionSchema<StallGuardOptions> = group<StallGuardOptions>(
  {
    workers: objectWith<Workers>(['open', 'follow'], {
      description: 'where the workers come from',
      expected: '`instrumentation.workers`',
      whenWrong: 'no worker is guarded',
    }),
    registry: objectWith<Registry>(['counter', 'histogram'], {
      description: 'where the metrics go',
      expected: '`instrumentation.registry`',
      whenWrong: 'nothing is measured',
    }),
    limitMs: milliseconds({
      least: SHORTEST_LIMIT_MS,
      most: LONGEST_MS,
      default: DEFAULT_LIMIT_MS,
      description: 'how long a loop may be blocked',
    }),
    mode: callback({ description: 'whether locks are renewed', whenWrong: 'the guard only counts' }),
    onReceipt: callback({ description: 'called with each receipt', whenWrong: 'nothing is called' }),
  },
  { description: 'options of the stall guard', whenWrong: 'no worker is guarded' },
)

const NO_WORKERS: Workers = { open: () => [], follow: () => ({ [Symbol.dispose]: () => {} }) }

/** The options of a stall guard as they may be used: each mistake is a line, and a mode that is not clear renews nothing. */
export function checkedGuardOptions(
  given: unknown,
): Required<Omit<StallGuardOptions, 'onReceipt'>> & Pick<StallGuardOptions, 'onReceipt'> {
  const options: Partial<StallGuardOptions> = checkedOptions(schema, given ?? null, 'new StallGuard()')
  const { workers = NO_WORKERS, registry = new Registry({ scope: { name: '@homeostat/bullmq' } }), ...rest } = options
  const isModeGiven = (given as Partial<StallGuardOptions> | undefined)?.mode !== undefined
  return { workers, registry, limitMs: DEFAULT_LIMIT_MS, mode: () => (isModeGiven ? 'advise' : 'act'), ...rest }
}
