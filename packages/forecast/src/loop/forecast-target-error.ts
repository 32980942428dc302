/** A target or an option that cannot be used. It is left out, and the others go on. */
export class ForecastTargetError extends Error {
  override readonly name = 'ForecastTargetError'
  readonly code = 'HOMEOSTAT_FORECAST_TARGET'
  /** The target's name. */
  readonly target: string

  constructor(target: unknown, why: string, options?: ErrorOptions) {
    const name = typeof target === 'string' ? target : '?'
    super(`forecast: the target ${JSON.stringify(name)} is left out: ${why}`, options)
    this.target = name
  }
}

/** An option of the domain that means nothing; its default is used. */
export class ForecastOptionError extends Error {
  override readonly name = 'ForecastOptionError'
  readonly code = 'HOMEOSTAT_FORECAST_OPTION'
}
