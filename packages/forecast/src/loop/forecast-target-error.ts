/** A target or an option that cannot be used. What is wrong is left out, and the others go on. */
export class ForecastTargetError extends Error {
  override readonly name = 'ForecastTargetError'
  readonly code = 'HOMEOSTAT_FORECAST_TARGET'
  /** The target's name. */
  readonly target: string

  constructor(target: unknown, why: string, options?: ErrorOptions) {
    super(`forecast: the target ${JSON.stringify(String(target))} is left out: ${why}`, options)
    this.target = String(target)
  }
}

/** An option of the domain that means nothing; its default is used. */
export class ForecastOptionError extends Error {
  override readonly name = 'ForecastOptionError'
  readonly code = 'HOMEOSTAT_FORECAST_OPTION'

  constructor(option: string, found: unknown, expected: string, used: unknown) {
    super(`forecast: ${option} is ${String(found)}; use ${expected}. It counts as ${String(used)}`)
  }
}
