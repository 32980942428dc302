import { describeThrown } from '@homeostat/signals'

/** Rule and response files were not loaded. */
export class ProgramFilesError extends Error {
  override readonly name = 'ProgramFilesError'
  readonly code = 'HOMEOSTAT_PROGRAM_FILES'
  /** Everything that is wrong with them. */
  readonly errors: readonly unknown[]

  /** @param isKept - whether the rules and responses before are still in force */
  constructor(errors: readonly unknown[], isKept: boolean) {
    const [first] = errors
    const reason = describeThrown(first)
    const more = errors.length > 1 ? `, and ${errors.length - 1} more` : ''
    const rest = isKept ? 'their earlier content stays in force' : 'nothing of them is in force'
    super(
      `rule and response files are not loaded, ${rest}: ${reason}${more}; "homeostat rules check" shows all errors`,
      {
        cause: first,
      },
    )
    this.errors = errors
  }
}
