#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/** The oldest Node on which the doctor runs: the application that it looks at may be broken for want of a newer one. */
const OLDEST = [20, 12] as const
/** The oldest Node on which everything runs. */
const OLDEST_FOR_ALL = [22, 15] as const

/** The width of files and pipes. */
const USUAL_COLUMNS = 80

function isOlderThan([major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}

/**
 * A reader such as `head` may close the pipe early. The command then goes on without output, to its own exit code. It ends where its output
 * cannot be written, e.g. on a full disk.
 */
function onOutputError({ code }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return
  process.stderr.write(
    `homeostat: error: the output cannot be written: ${code === 'ENOSPC' ? 'no space is left' : code}\n`,
  )
  process.exit(1)
}

/** Colours are for a terminal that has them, and for a user who has not set NO_COLOR. */
function writerOf(stream: NodeJS.WriteStream): (line: string) => void {
  const isColoured = stream.isTTY && stream.hasColors()
  return line => void stream.write(`${isColoured ? line : stripVTControlCharacters(line)}\n`)
}

async function main(): Promise<void> {
  if (isOlderThan(OLDEST)) {
    process.stderr.write(
      `homeostat: error: Node ${process.versions.node} is too old, use ${OLDEST.join('.')} or later\n`,
    )
    process.exitCode = 2
    return
  }
  process.stdout.on('error', onOutputError)
  process.stderr.on('error', onOutputError)
  const args = process.argv.slice(2)
  const output = {
    out: writerOf(process.stdout),
    error: writerOf(process.stderr),
    columns: process.stdout.isTTY ? process.stdout.columns : USUAL_COLUMNS,
  }
  if (isOlderThan(OLDEST_FOR_ALL) && !args.includes('doctor'))
    output.error(
      `homeostat: warning: Node ${process.versions.node}: only doctor runs on less than ${OLDEST_FOR_ALL.join('.')}`,
    )
  // Not before the version is known to be new enough.
  const { runCommandLine } = await import('./command.ts')
  process.exitCode = await runCommandLine(args, output, () => readFileSync(0, 'utf8'))
}

void main()
