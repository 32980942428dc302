import { describeThrown } from '@homeostat/signals'

/** The history of a target could not be fetched. */
export class BackfillError extends Error {
  override readonly name = 'BackfillError'
  readonly code = 'HOMEOSTAT_FORECAST_BACKFILL'

  constructor(targets: readonly string[], cause: unknown) {
    super(
      `forecast: the history of ${targets.join(', ')} could not be read, so they continue with their own observations: ${describeThrown(cause)}`,
      {
        cause,
      },
    )
  }
}

/** The history did not arrive in time. */
export class BackfillTimeoutError extends Error {
  override readonly name = 'BackfillTimeoutError'
  readonly code = 'HOMEOSTAT_FORECAST_BACKFILL_TIMEOUT'

  constructor(totalTimeoutMs: number) {
    super(`it took longer than ${totalTimeoutMs} ms`)
  }
}
