import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sleep } from '@homeostat/signals'
import type { LiveFacts } from '../../examination/live-facts.ts'
import { ASK_FILE, LONGEST_LOOK_MS, PROBE_VARIABLE, STARTED, type ProbeOrder } from './probe-order.ts'

/** How long the application may take to end when it is asked to, and to be gone once it is killed. */
const LONGEST_END_MS = 5000
const LONGEST_KILL_MS = 2000
const POLL_MS = 50
/** Programs that start applications. */
const RUNNERS = /(?:^|[\\/])(?:npm|npx|pnpm|pnpx|yarn|corepack|nodemon|concurrently)(?:-cli)?(?:\.[cm]?js)?$/
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface CommandRunOptions {
  readonly command: string
  readonly args: readonly string[]
  /** How long the command runs before it is looked at. */
  readonly afterMs: number
  /** Whether what the command prints goes to standard error, so that standard output is ours alone. */
  readonly printsToError: boolean
}

/** The end of a command that the doctor ran. */
export interface CommandEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** Whether the doctor ended it, after it had looked. */
  readonly isEndedByDoctor: boolean
}

export interface CommandRun {
  /** The applications that reported. */
  readonly processes: readonly LiveFacts[]
  readonly end: CommandEnd
  /** Node processes that did not look at themselves in {@link LONGEST_LOOK_MS}. */
  readonly silent: readonly number[]
  /** Node processes that the command started and that could not be ended. */
  readonly left: readonly number[]
}

/**
 * Runs a command with the probe in each of its Node processes, and ends it once they have reported.
 *
 * @throws an error of `spawn` where the command cannot be run
 */
export async function runCommand({ command, args, afterMs, printsToError }: CommandRunOptions): Promise<CommandRun> {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-doctor-'))
  const order: ProbeOrder = { folder, afterMs }
  const environment = {
    ...process.env,
    [PROBE_VARIABLE]: JSON.stringify(order),
    NODE_OPTIONS: [`--require ${quoted(probePath())}`, process.env['NODE_OPTIONS']].filter(Boolean).join(' '),
  }
  const child = spawn(command, args, { env: environment, stdio: ['inherit', printsToError ? 2 : 'inherit', 'inherit'] })
  const ended = endOf(child)
  const signals = new SignalForwarding(child, folder)
  const over = new AbortController()
  try {
    let silent: readonly number[] = []
    const looked = reported(folder, afterMs, signals, over.signal).then(waiting => {
      silent = waiting
      return isEnding(child, folder, ended)
    })
    const isOver = await Promise.race([ended.then(() => true), looked])
    if (!isOver) await endChild(child, ended, signals.received)
    const { exitCode, signal } = await ended
    return {
      processes: reportsIn(folder).filter(isApplication),
      end: { exitCode, signal, isEndedByDoctor: !isOver && signals.received === undefined },
      silent,
      left: await endOthers(folder),
    }
  } finally {
    over.abort()
    signals.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Passes the signals that this process receives on to the command, after the application was looked at. */
class SignalForwarding {
  received: NodeJS.Signals | undefined
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #listener = (signal: NodeJS.Signals): void => this.#receive(signal)

  constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.#folder = folder
    for (const signal of FORWARDED) process.on(signal, this.#listener)
  }

  stop(): void {
    for (const signal of FORWARDED) process.off(signal, this.#listener)
  }

  #receive(signal: NodeJS.Signals): void {
    // The second one does not wait.
    if (this.received !== undefined) this.#child.kill(signal)
    this.received = signal
    ask(this.#folder)
  }
}

/**
 * Settles when an application has reported and the other processes have, too; or when it is too late for that. Returns the processes
 * that have not reported.
 */
async function reported(
  folder: string,
  afterMs: number,
  signals: SignalForwarding,
  over: AbortSignal,
): Promise<readonly number[]> {
  let latestAt = performance.now() + afterMs + LONGEST_LOOK_MS
  while (!over.aborted && performance.now() < latestAt) {
    if (signals.received !== undefined || reportsIn(folder).some(isApplication)) {
      // The processes of a cluster start one after the other. All of them are looked at now.
      ask(folder)
      latestAt = Math.min(latestAt, performance.now() + LONGEST_LOOK_MS)
      if (waitingIn(folder).length === 0) return []
    }
    await sleep(POLL_MS, { holdsProcess: true })
  }
  return over.aborted ? [] : waitingIn(folder)
}

/** Has each probe look at its process now. */
function ask(folder: string): void {
  writeFileSync(join(folder, ASK_FILE), '')
}

/** The processes with a probe that run and have not reported. */
function waitingIn(folder: string): number[] {
  const names = new Set(readdirSync(folder))
  return runningIn(folder).filter(pid => !names.has(`${pid}.json`))
}

/** The processes with a probe that run. */
function runningIn(folder: string): number[] {
  return readdirSync(folder)
    .flatMap(name => (name.endsWith(`.${STARTED}`) ? [Number.parseInt(name, 10)] : []))
    .filter(pid => isRunning(pid, folder))
}

/** On Linux, the environment shows a process that has ended and one that has got its number since. */
function isRunning(pid: number, folder: string): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)) return false
  } catch {
    // Another system, or another user's.
  }
  return signalled(pid, 0)
}

/** Whether the command ends by itself: its report can be there a moment before its end. */
async function isEnding({ pid }: ChildProcess, folder: string, ended: Promise<unknown>): Promise<boolean> {
  const own = reportsIn(folder).find(({ process: each }) => each.pid === pid)
  if (own?.process.isEnding !== true) return false
  return Promise.race([ended.then(() => true), sleep(LONGEST_END_MS).then(() => false)])
}

async function endChild(
  child: ChildProcess,
  ended: Promise<unknown>,
  received: NodeJS.Signals | undefined,
): Promise<void> {
  // A terminal has sent its SIGINT to the command as well, and many applications stop at once at the second one.
  if (received !== 'SIGINT' || !process.stdin.isTTY) child.kill(received ?? 'SIGTERM')
  const isOver = await Promise.race([ended.then(() => true), sleep(LONGEST_END_MS).then(() => false)])
  if (!isOver) child.kill('SIGKILL')
}

function endOf(child: ChildProcess): Promise<{ exitCode: number | undefined; signal: string | undefined }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }))
  })
}

function reportsIn(folder: string): LiveFacts[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .flatMap(name => {
      try {
        return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as LiveFacts]
      } catch {
        return []
      }
    })
}

/** A package manager reports like an application, but nobody asks about its setup. */
function isApplication({ process: { main } }: LiveFacts): boolean {
  return main === undefined || !RUNNERS.test(main)
}

/** Ends the Node processes that outlive the command, such as those that npm started. Returns the ones that still run. */
async function endOthers(folder: string): Promise<readonly number[]> {
  for (const [signal, waitMs] of [
    ['SIGTERM', LONGEST_END_MS],
    ['SIGKILL', LONGEST_KILL_MS],
  ] as const) {
    for (const pid of runningIn(folder)) signalled(pid, signal)
    const latestAt = performance.now() + waitMs
    while (runningIn(folder).length > 0 && performance.now() < latestAt) await sleep(POLL_MS, { holdsProcess: true })
  }
  return runningIn(folder)
}

/** Whether there was a process to signal. */
function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** The bundle of `probe.ts`, from the sources as well. */
function probePath(): string {
  return join(dirname(createRequire(import.meta.url).resolve('homeostat/package.json')), 'dist', 'doctor-probe.cjs')
}

/** For NODE_OPTIONS, in which a backslash and a quote have a meaning inside quotes. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
