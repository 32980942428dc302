/** An option of a command: an argument of citty that may also be repeatable. */
export interface CommandOption {
  readonly type: 'boolean' | 'string'
  readonly description: string
  /** The word for its value in help, e.g. `FILE`. */
  readonly valueHint?: string
  readonly isRepeatable?: boolean
}

export type CommandOptions = Readonly<Record<string, CommandOption>>
