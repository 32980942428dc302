import type { Store, StoreOptions } from '@homeostat/promql'
import { createStore } from '@homeostat/promql'
import type { Faults } from '@homeostat/signals'

/** Work of one expression, rests not counted: more than that at each tick would be a fifth of a core. */
const EVALUATION_TIMEOUT_MS = 1000

/** The store of the rules is full: what some rule selects is not seen. */
export class StoreLimitError extends Error {
  override readonly name = 'StoreLimitError'
  readonly code = 'HOMEOSTAT_STORE_LIMIT'

  constructor(limit: string) {
    super(`the store of the rules is full: ${limit}; narrow the rules' selectors or aggregate at the source`)
  }
}

/** The store that rules read. A limit that it reaches is reported. */
export function createSignalStore(
  intervalMs: number,
  { wallTime }: Pick<StoreOptions, 'wallTime'>,
  faults: Faults,
): Store {
  return createStore({
    evaluationTimeoutMs: EVALUATION_TIMEOUT_MS,
    intervalMs,
    onWarning: limit => faults.report('signal', new StoreLimitError(limit)),
    ...(wallTime && { wallTime }),
  })
}
