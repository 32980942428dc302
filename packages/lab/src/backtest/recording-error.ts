/** A recording cannot be read: `FILE:LINE: reason`. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly code = 'HOMEOSTAT_RECORDING_ERROR'

  constructor(file: string, line: number, what: string, cause?: unknown) {
    super(`${file}:${line}: ${what}`, cause === undefined ? {} : { cause })
  }
}
