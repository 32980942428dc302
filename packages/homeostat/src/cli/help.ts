import type { ArgsDef } from 'citty'
import type { Command } from './command-definition.ts'
import type { CommandOption } from './command-option.ts'

const WIDEST = 118
const NARROWEST = 50
/** Descriptions begin here, or two spaces after a longer option. */
const COLUMN = 28

/**
 * The help of a command. citty's own help has no place for examples and exit codes, aligns names to the right, and writes
 * colours into files and pipes.
 */
export async function helpOf(command: Command, columns: number = WIDEST): Promise<string> {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns))
  const { words, operands, summary, details, examples, exitCodes, wrongCalls } = command.notes
  const blocks = [
    `usage: ${['homeostat', words, operands].filter(Boolean).join(' ')}`,
    [summary, details].flatMap(text => (text === undefined ? [] : wrapped(text, width))).join('\n'),
    command.children ? await commandList(command, width) : optionList((command.args ?? {}) as ArgsDef, width),
    ['Examples:', ...examples.map(example => `  ${example}`)].join('\n'),
    wrapped(
      `Exit code: ${exitCodes ?? '0 if everything is as it should be, else 1'}; 2 if it was called wrongly: an option or a value that is not known or is missing${wrongCalls === undefined ? '' : `, ${wrongCalls}`}.`,
      width,
    ).join('\n'),
  ]
  return blocks.join('\n\n')
}

/** All commands below a command that run something. */
export async function commandsBelow(command: Command): Promise<readonly Command[]> {
  const children = await Promise.all(Object.values(command.children ?? {}).map(load => load()))
  const below = await Promise.all(children.map(async child => (child.children ? commandsBelow(child) : [child])))
  return below.flat()
}

async function commandList(command: Command, width: number): Promise<string> {
  const rows = (await commandsBelow(command)).map(({ notes }) => row(notes.words, notes.summary, width))
  return [...rows, row('--help, --version', '', width)].join('\n').trimEnd()
}

function optionList(options: ArgsDef, width: number): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const { valueHint, description, isRepeatable } = option as CommandOption
    const value = valueHint === undefined ? '' : `=${valueHint}`
    const isPlain = isRepeatable === true && !value.endsWith('...')
    return row(`--${name}${value}`, isPlain ? `${description} Repeatable.` : description, width)
  })
  return [...rows, row('-h, --help', 'Shows this.', width)].join('\n')
}

function row(name: string, description: string, width: number): string {
  const start = `  ${name}`.padEnd(COLUMN - 2)
  const [first = '', ...rest] = wrapped(description, width - COLUMN)
  return [`${start}  ${first}`, ...rest.map(line => ' '.repeat(COLUMN) + line)].join('\n')
}

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
