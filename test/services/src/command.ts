import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { CommandFailedError } from './errors.ts'
import type { Command } from './guardian-messages.ts'
import { guardian } from './guardian.ts'

const LIMIT_MS = 120_000

/** Runs a command to its end, under the guardian: if we are killed meanwhile, so is the command. Returns its output lines. */
export async function runCommand(command: Command, limitMs: number = LIMIT_MS): Promise<readonly string[]> {
  const running = await guardian().start(command, 'SIGKILL')
  let late = false
  const timer = setTimeout(() => {
    late = true
    void running.stop('SIGKILL')
  }, limitMs)
  const { code, signal } = await running.ended()
  clearTimeout(timer)
  if (code === 0) return running.output
  if (late)
    throw new CommandFailedError(`${command.file} did not end within ${limitMs / 1000} s and was stopped: try again`)
  const last = running.output.filter(line => line.trim()).at(-1)
  throw new CommandFailedError(
    `${command.file} failed (${signal ?? `exit code ${code}`}): ${last ?? 'it printed nothing'}`,
  )
}

/** The environment a server gets: nothing of ours that could change its behaviour (PGPORT, PGDATA, LANG, NODE_OPTIONS). */
export function bareEnvironment(home: string): Record<string, string> {
  // A fixed time zone also spares initdb a search through the whole time zone database.
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home, LC_ALL: 'C', TZ: 'UTC' }
}

/** The first executable of that name on PATH. */
export async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const file = join(folder, name)
    if (await isExecutable(file)) return file
  }
  return undefined
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
