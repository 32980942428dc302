import { parseArgs } from 'node:util'
import type { CommandOption, CommandOptions } from './command-option.ts'
import { UnknownNameError } from './unknown-name-error.ts'
import { WrongCallError } from './wrong-call-error.ts'

/** Every command has these options. They are answered before the command runs. */
export const COMMON_OPTIONS = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } } as const

type ValueOf<Option extends CommandOption> = Option extends { readonly isRepeatable: true }
  ? readonly string[]
  : Option extends { readonly type: 'boolean' }
    ? boolean
    : string

/** An option or a file, in the order of the command line. */
export type ArgumentToken =
  | { readonly kind: 'option'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'file'; readonly value: string }

/** The arguments of one call of a command. */
export interface CommandArguments<O extends CommandOptions> {
  readonly values: { readonly [Name in keyof O]?: ValueOf<O[Name]> }
  readonly files: readonly string[]
  /** The arguments after `--`, which are among the files as well; undefined without a `--`. */
  readonly after: readonly string[] | undefined
  readonly tokens: readonly ArgumentToken[]
}

/**
 * Reads the arguments of a command.
 *
 * @throws UnknownNameError for an option that the command does not have, WrongCallError for a value that is missing or too much
 */
export function readArguments<O extends CommandOptions>(args: readonly string[], options: O): CommandArguments<O> {
  checkNames(args, options)
  const { values, positionals, tokens } = parsed(args, options)
  return {
    values: values as CommandArguments<O>['values'],
    files: positionals,
    after: tokens.some(({ kind }) => kind === 'option-terminator') ? args.slice(args.indexOf('--') + 1) : undefined,
    tokens: tokens.flatMap((token): ArgumentToken[] => {
      if (token.kind === 'option') return [{ kind: 'option', name: token.name, value: token.value }]
      return token.kind === 'positional' ? [{ kind: 'file', value: token.value }] : []
    }),
  }
}

function parsed(args: readonly string[], options: CommandOptions) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, tokens: true, options: nodeOptionsOf(options) })
  } catch (error) {
    // Node adds advice on `--` to its message.
    const [reason = ''] = (error as Error).message.split(/\. To specify a positional argument |\.?\n/)
    const [, name] = /^Option '(--[\w-]+)' argument is ambiguous/.exec(reason) ?? []
    throw new WrongCallError(
      name === undefined ? reason : `'${name}' has no value: one that begins with a dash is written ${name}=-VALUE`,
      { cause: error },
    )
  }
}

/** @throws UnknownNameError for the first argument that names none of the options */
export function checkNames(args: readonly string[], options: CommandOptions): void {
  const known = nodeOptionsOf(options)
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true, options: known })
  for (const token of tokens)
    if (token.kind === 'option' && !Object.hasOwn(known, token.name))
      throw new UnknownNameError(
        `unknown option '${token.rawName}'`,
        token.rawName,
        Object.keys(known).map(name => `--${name}`),
      )
}

/** The common option that is given, if any. Arguments after `--` are files. */
export function commonOptionIn(args: readonly string[]): keyof typeof COMMON_OPTIONS | undefined {
  const end = args.indexOf('--')
  const given = end === -1 ? args : args.slice(0, end)
  if (given.includes('--help') || given.includes('-h')) return 'help'
  return given.includes('--version') ? 'version' : undefined
}

function nodeOptionsOf(options: CommandOptions): NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object {
  const own = Object.entries(options).map(([name, { type, isRepeatable = false }]) => [
    name,
    { type, multiple: isRepeatable },
  ])
  return { ...COMMON_OPTIONS, ...Object.fromEntries(own) }
}
