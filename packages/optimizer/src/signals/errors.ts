/** The attributes of a series are more than anybody tells series apart by. Rules do not see the series. */
export class TooManyAttributesError extends RangeError {
  override readonly name = 'TooManyAttributesError'
  readonly code = 'HOMEOSTAT_TOO_MANY_ATTRIBUTES'

  constructor(limit: number) {
    super(`a series with more than ${limit} attributes is left out: rules do not see it`)
  }
}
