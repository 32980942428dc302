import { join } from 'node:path'
import { runCommandLine } from '../../src/cli/command.ts'

export interface CommandRun {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Runs the command line in this process, with files of the folder; their paths are shown as `~`. */
export async function commandRun(folder: string, args: readonly string[], input = ''): Promise<CommandRun> {
  const lines = { out: [] as string[], error: [] as string[] }
  const placed = args.map(arg => (/\.(yml|ndjson)$/.test(arg) ? join(folder, arg) : arg))
  const output = { out: (line: string) => lines.out.push(line), error: (line: string) => lines.error.push(line) }
  const code = await runCommandLine(placed, output, () => input)
  const text = (of: string[]): string => of.join('\n').replaceAll(`${folder}/`, '~/')
  return { code, out: text(lines.out), error: text(lines.error) }
}
