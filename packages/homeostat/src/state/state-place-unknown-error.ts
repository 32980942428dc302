/** The option `stateStore` names an engine, and the application uses several servers of it. */
export class StatePlaceUnknownError extends Error {
  override readonly name = 'StatePlaceUnknownError'
  readonly code = 'HOMEOSTAT_STATE_PLACE_UNKNOWN'

  /** @param reason - in one line; it names no credentials */
  constructor(reason: string, hasFile: boolean) {
    super(
      `${reason}, as an object in the option stateStore; until then it is ${hasFile ? 'kept in a file' : 'not kept'}`,
    )
  }
}
