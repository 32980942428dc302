/** An option of a command: what citty calls an argument, and whether it may be given several times. */
export interface CommandOption {
  readonly type: 'boolean' | 'string'
  readonly description: string
  /** What help shows for its value, e.g. `FILE`. */
  readonly valueHint?: string
  readonly isRepeatable?: boolean
}

export type CommandOptions = Readonly<Record<string, CommandOption>>
