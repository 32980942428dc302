/** The history of a target could not be fetched. */
export class BackfillError extends Error {
  override readonly name = 'BackfillError'
  readonly code = 'HOMEOSTAT_FORECAST_BACKFILL'

  constructor(targets: readonly string[], cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`forecast: no history for ${targets.join(', ')}, which go on with what they have: ${why}`, { cause })
  }
}
