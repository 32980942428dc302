import { runCommand } from 'citty'
import { checkNames, commonOptionIn } from './arguments.ts'
import type { Command, CommandSurroundings } from './command-definition.ts'
import type { CommandOptions } from './command-option.ts'
import { commandLine } from './commands.ts'
import { commandsBelow, helpOf } from './help.ts'
import type { CommandOutput, ExitCode } from './output.ts'
import { UnknownNameError } from './unknown-name-error.ts'
import { WrongCallError } from './wrong-call-error.ts'
import { VERSION } from '../version.ts'

/**
 * Runs the command line and returns its exit code. Everything that it prints goes to `output`.
 *
 * @param readInput gives the whole standard input
 */
export async function runCommandLine(
  args: readonly string[],
  output: CommandOutput,
  readInput: () => string,
): Promise<ExitCode> {
  try {
    return await run(args[0] === 'help' ? [...args.slice(1), '--help'] : args, { output, readInput, root: commandLine })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    output.error(`homeostat: error: ${error.message}${adviceOn(error)}`)
    return error instanceof WrongCallError ? 2 : 1
  }
}

/** Help says how to call a command, and nothing of why its work has failed. */
function adviceOn(error: Error): string {
  if (!(error instanceof WrongCallError)) return ''
  const isMeant = error instanceof UnknownNameError && error.meant !== undefined
  return isMeant ? `; did you mean ${error.meant}? Try --help` : ', try --help'
}

/** An option of more commands says nothing about which of them was meant. */
const MOST_OWNERS = 2

async function run(args: readonly string[], surroundings: CommandSurroundings): Promise<ExitCode> {
  const { output } = surroundings
  const { command, rest } = await findCommand(args)
  const common = commonOptionIn(rest)
  if (command.children) {
    checkNames(rest, {})
    if (common === undefined) throw new WrongCallError(missing(command))
  } else {
    await checkPlaces(command, rest)
  }
  if (common !== undefined) {
    output.out(common === 'help' ? await helpOf(command, output.columns) : `homeostat ${VERSION}`)
    return 0
  }
  // Not citty's runMain: it ends the process, prints the whole help for each mistake, and shows the stack of an error.
  const { result } = await runCommand(command, { rawArgs: [...rest], data: surroundings })
  return result as ExitCode
}

/**
 * Finds the command that the first words name, and returns it with the remaining arguments. Options may stand before and
 * between the words, as in promtool: citty would take the value of such an option for a command.
 */
async function findCommand(args: readonly string[]): Promise<{ command: Command; rest: readonly string[] }> {
  let command: Command = commandLine
  let rest = args
  while (command.children) {
    const { children } = command
    const at = rest.findIndex((arg, index) => {
      if (Object.hasOwn(children, arg)) return true
      const before = rest[index - 1]
      const mayBeValue = before !== undefined && before.startsWith('--') && !before.includes('=')
      if (arg.startsWith('-') || mayBeValue) return false
      throw new UnknownNameError(unexpected(command, arg), arg, Object.keys(children))
    })
    const load = children[rest[at] ?? '']
    if (load === undefined) return { command, rest }
    command = await load()
    rest = [...rest.slice(0, at), ...rest.slice(at + 1)]
  }
  return { command, rest }
}

/** Reports an option of another command together with the name of that command. */
async function checkPlaces(command: Command, args: readonly string[]): Promise<void> {
  try {
    checkNames(args, optionsOf(command))
  } catch (error) {
    if (!(error instanceof UnknownNameError)) throw error
    const name = error.given.replace(/^--/, '')
    const owners = (await commandsBelow(commandLine)).filter(each => Object.hasOwn(optionsOf(each), name))
    if (owners.length === 0) throw error
    const names = owners.map(({ notes }) => `'${notes.words}'`)
    const reason =
      names.length > MOST_OWNERS ? `is not an option of '${command.notes.words}'` : `belongs to ${names.join(' and ')}`
    throw new UnknownNameError(`'${error.given}' ${reason}`, error.given, [])
  }
}

function optionsOf({ args }: Command): CommandOptions {
  return (args ?? {}) as CommandOptions
}

function unexpected({ notes, children = {} }: Command, arg: string): string {
  const expected = notes.words === '' ? 'command' : quotedList(Object.keys(children))
  return `expected ${expected} but got "${arg}"`
}

function missing({ notes }: Command): string {
  return notes.words === '' ? 'command not specified' : `must select a subcommand of '${notes.words}'`
}

function quotedList(names: readonly string[]): string {
  return names.map(name => `'${name}'`).join(' or ')
}
