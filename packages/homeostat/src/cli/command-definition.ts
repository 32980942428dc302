import { type CommandDef, defineCommand, type SubCommandsDef } from 'citty'
import { type CommandArguments, readArguments } from './arguments.ts'
import type { CommandOptions } from './command-option.ts'
import type { CommandOutput, ExitCode } from './output.ts'

/** The parts of a command's help. */
export interface CommandNotes {
  /** All words that call it, e.g. `rules check`; empty for the command line itself. */
  readonly words: string
  /** Follow the words, e.g. `[OPTION...] FILE...`. */
  readonly operands: string
  /** All values of its only operand, where they are few. Shells complete them. */
  readonly choices?: readonly string[]
  /** One line. */
  readonly summary: string
  /** Further sentences. */
  readonly details?: string
  readonly examples: readonly string[]
  /** @default 0 if everything is as it should be, else 1 */
  readonly exitCodes?: string
  /** Further reasons for exit code 2, beside an option or a value that is not known or is missing. */
  readonly wrongCalls?: string
}

/** The output and input of a running command. */
export interface CommandSurroundings {
  readonly output: CommandOutput
  /** Gives the whole standard input. */
  readonly readInput: () => string
  /** The command line as a whole, of which the command is a part. */
  readonly root: Command
}

/** A command of citty with the notes that its help is made of. */
export type Command = CommandDef & { readonly notes: CommandNotes; readonly children?: Children }

/** Commands by their last word. Each is loaded when it is called, or listed in help. */
export type Children = Readonly<Record<string, () => Promise<Command>>>

/**
 * Defines a command. citty's own reading of arguments lets unknown options pass, keeps the last of repeated ones and forgets
 * their order, so `run` gets what {@link readArguments} read.
 */
export function command<O extends CommandOptions>(
  notes: CommandNotes & { readonly options: O },
  run: (call: CommandArguments<O> & CommandSurroundings) => ExitCode | Promise<ExitCode>,
): Command {
  const { words, summary, options } = notes
  const definition: CommandDef = {
    meta: { name: words, description: summary },
    args: options,
    run: ({ rawArgs, data }) => run({ ...readArguments(rawArgs, options), ...(data as CommandSurroundings) }),
  }
  return { ...defineCommand(definition), notes }
}

/** Defines a command that only has commands below it. */
export function commandGroup(notes: CommandNotes, children: Children): Command {
  const meta = { name: notes.words, description: notes.summary }
  return { ...defineCommand({ meta, subCommands: children as SubCommandsDef }), notes, children }
}
