/** Where in a file something is; line and column count from 1. */
export interface FilePosition {
  readonly line: number
  readonly column: number
}

/** The rule a problem belongs to, as Prometheus counts: from 1. */
export interface RulePlace {
  readonly group: string
  readonly rule: number
  /** The alert's or the series' name; empty while unknown. */
  readonly name: string
}

/** One thing that is wrong in a rule file or a rule test file: `FILE:LINE:COLUMN: group "g", rule 2, "Alert": what`. */
export class RuleFileError extends Error {
  override readonly name = 'RuleFileError'
  readonly code = 'HOMEOSTAT_RULE_FILE_ERROR'
  readonly file: string
  readonly line: number
  readonly column: number
  /** The message without file, place and rule. */
  readonly reason: string
  readonly place: RulePlace | undefined

  constructor(file: string, position: FilePosition, reason: string, place?: RulePlace, cause?: unknown) {
    const line = reason.replace(/\s*\n\s*/g, ' ')
    const rule =
      place === undefined
        ? ''
        : `group ${JSON.stringify(place.group)}, rule ${place.rule}, ${JSON.stringify(place.name)}: `
    super(`${file}:${position.line}:${position.column}: ${rule}${line}`, cause === undefined ? {} : { cause })
    this.file = file
    this.line = position.line
    this.column = position.column
    this.reason = line
    this.place = place
  }
}
