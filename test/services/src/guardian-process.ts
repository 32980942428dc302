// Runs as a process of its own, in a session of its own: it owns the servers and folders of the process that forked it. When the
// channel between the two closes, for whatever reason (exit, crash, Ctrl-C, SIGKILL), it ends what it owns and exits. That one
// mechanism covers every way a process can end, so the process itself needs no signal handlers.
import { spawn, type ChildProcess } from 'node:child_process'
import { chownSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command, Exit, GuardianMessage, GuardianRequest, SystemUser } from './guardian-messages.ts'

interface Owned {
  readonly cwd: string
  readonly endSignal: NodeJS.Signals
  readonly closed: Promise<Exit>
}

const ORPHAN_GRACE_MS = 3_000
const WILL_LIMIT_MS = 5_000

const processes = new Map<number, Owned>()
const folders = new Set<string>()
const wills = new Map<string, Command>()
let ending = false

function tell(message: GuardianMessage): void {
  // The other side may be gone between two messages; then 'disconnect' follows and there is nobody to tell.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

function makeFolder(prefix: string, user: SystemUser | undefined): string {
  const folder = mkdtempSync(prefix)
  folders.add(folder)
  if (user) chownSync(folder, user.uid, user.gid)
  return folder
}

/** A process whose working directory goes away goes first: after a start that failed halfway there may still be one. */
async function removeFolder(folder: string): Promise<void> {
  const users = [...processes].filter(([, { cwd }]) => cwd === folder)
  await Promise.all(users.map(([pid, { endSignal }]) => stop(pid, endSignal, ORPHAN_GRACE_MS)))
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  folders.delete(folder)
}

function launch(command: Command): ChildProcess {
  return spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: ending it also ends what it started, and Ctrl-C in a terminal reaches the application first.
    detached: true,
    ...command.user,
  })
}

async function start(command: Command, endSignal: NodeJS.Signals): Promise<number> {
  const child = launch(command)
  const { pid } = child
  if (pid === undefined) return new Promise((_, reject) => child.once('error', reject))
  const closed = new Promise<Exit>(resolve => {
    child.once('close', (code, signal) => {
      processes.delete(pid)
      tell({ pid, exit: { code, signal } })
      resolve({ code, signal })
    })
  })
  processes.set(pid, { cwd: command.cwd, endSignal, closed })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', line => tell({ pid, line }))
  }
  return pid
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Already gone.
  }
}

async function stop(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const owned = processes.get(pid)
  if (!owned) return
  signalGroup(pid, signal)
  const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
  await owned.closed
  clearTimeout(kill)
}

async function execute(will: Command): Promise<void> {
  const child = launch(will)
  await Promise.race([
    new Promise(resolve => child.once('close', resolve).once('error', resolve)),
    delay(WILL_LIMIT_MS),
  ])
  child.kill('SIGKILL')
}

async function end(): Promise<void> {
  if (ending) return
  ending = true
  await Promise.allSettled([...processes].map(([pid, { endSignal }]) => stop(pid, endSignal, ORPHAN_GRACE_MS)))
  await Promise.allSettled([...folders].map(removeFolder))
  await Promise.allSettled([...wills.values()].map(execute))
  process.exit(0)
}

async function grant(request: GuardianRequest): Promise<string | number | undefined> {
  if (ending) throw new Error('the guardian is ending')
  switch (request.ask) {
    case 'folder':
      return makeFolder(request.prefix, request.user)
    case 'remove':
      await removeFolder(request.folder)
      break
    case 'start':
      return start(request.command, request.endSignal)
    case 'stop':
      await stop(request.pid, request.signal, request.graceMs)
      break
    case 'will':
      wills.set(request.name, request.command)
      break
    case 'forget':
      wills.delete(request.name)
      break
    case 'end':
      await end()
  }
  return undefined
}

process.on('message', ({ id, request }: { id: number; request: GuardianRequest }) => {
  grant(request).then(
    value => tell(value === undefined ? { answer: id } : { answer: id, value }),
    (error: Error) => tell({ answer: id, error: error.message }),
  )
})
process.on('disconnect', () => void end())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
