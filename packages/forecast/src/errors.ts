/** An argument or option that means nothing, e.g. a horizon of zero. */
export class ForecastArgumentError extends RangeError {
  override readonly name = 'ForecastArgumentError'
  readonly code = 'HOMEOSTAT_FORECAST_ARGUMENT'

  constructor(what: string, found: unknown, expected: string) {
    super(`forecast: ${what} is ${String(found)}; expected ${expected}`)
  }
}

/** A saved state that this release cannot continue from. */
export class ForecastStateError extends Error {
  override readonly name = 'ForecastStateError'
  readonly code = 'HOMEOSTAT_FORECAST_STATE'

  constructor(reason: string, options?: ErrorOptions) {
    super(`forecast: the saved state cannot be restored: ${reason}; begin with a new forecaster`, options)
  }
}

/** Weights that do not fit this release. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly code = 'HOMEOSTAT_FORECAST_MODEL'

  constructor(reason: string) {
    super(`forecast: the model cannot be used: ${reason}`)
  }
}
