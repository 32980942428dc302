/** A series has more attributes than distinguish real series. Rules do not read it. */
export class TooManyAttributesError extends RangeError {
  override readonly name = 'TooManyAttributesError'
  readonly code = 'HOMEOSTAT_TOO_MANY_ATTRIBUTES'

  constructor(limit: number) {
    super(`a series with more than ${limit} attributes is left out: rules do not see it`)
  }
}

/** A reader exports more delta series than are summed. Rules do not see the further ones. */
export class TooManyDeltasError extends RangeError {
  override readonly name = 'TooManyDeltasError'
  readonly code = 'HOMEOSTAT_TOO_MANY_DELTAS'

  constructor(limit: number) {
    super(
      `a reader exports more than ${limit} delta series: rules do not see further ones; export fewer or cumulative ones`,
    )
  }
}
