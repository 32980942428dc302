import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GuardianLostError } from './errors.ts'
import type { Command, Exit, GuardianMessage, GuardianRequest, SystemUser } from './guardian-messages.ts'

/** A process owned by the guardian. */
export interface OwnedProcess {
  readonly pid: number
  /** Its last lines of output, stdout and stderr mixed. */
  readonly output: readonly string[]
  /** Set when it has ended. */
  readonly exit: Exit | undefined
  /** Resolves when it has ended; keeps our process alive meanwhile. */
  ended(): Promise<Exit>
  /** Ends it and waits; SIGKILL after `graceMs`. */
  stop(signal: NodeJS.Signals, graceMs?: number): Promise<void>
}

interface Answer {
  resolve(value: string | number | undefined): void
  reject(error: Error): void
}

const OUTPUT_LINES = 100
const STOP_GRACE_MS = 10_000
const EXIT_WAIT_MS = 5_000
const LOST: Exit = { code: null, signal: 'SIGKILL' }

class Watched implements OwnedProcess {
  readonly pid: number
  readonly output: string[] = []
  exit: Exit | undefined
  readonly #guardian: Guardian
  readonly #ended = Promise.withResolvers<Exit>()

  constructor(pid: number, guardian: Guardian) {
    this.pid = pid
    this.#guardian = guardian
  }

  said(line: string): void {
    this.output.push(line)
    if (this.output.length > OUTPUT_LINES) this.output.shift()
  }

  over(exit: Exit): void {
    this.exit = exit
    this.#ended.resolve(exit)
  }

  ended(): Promise<Exit> {
    return this.#guardian.holding(this.#ended.promise)
  }

  async stop(signal: NodeJS.Signals, graceMs: number = STOP_GRACE_MS): Promise<void> {
    if (!this.exit) await this.#guardian.ask({ ask: 'stop', pid: this.pid, signal, graceMs })
  }
}

/** The link to the process that owns our servers and folders, and ends them when we end, however we end. */
export class Guardian {
  readonly #child: ChildProcess
  readonly #answers = new Map<number, Answer>()
  readonly #processes = new Map<number, Watched>()
  readonly #folders = new Set<string>()
  readonly #onExit = (): void => this.#endNow()
  #requests = 0
  #holds = 0
  #lost: GuardianLostError | undefined

  constructor() {
    // The bare environment: NODE_OPTIONS and coverage settings of the application are not meant for the guardian. The root folder
    // as working directory, because it must not keep ours busy.
    const env = { PATH: process.env['PATH'] ?? '' }
    const script = fileURLToPath(new URL('./guardian-process.ts', import.meta.url))
    this.#child = fork(script, {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
      env,
      cwd: '/',
    })
    this.#child.on('message', (message: GuardianMessage) => this.#heard(message))
    this.#child.on('error', error => this.#lose(error.message))
    this.#child.once('exit', (code, signal) => this.#lose(signal ?? `exit code ${code}`))
    this.#child.unref()
    this.#child.channel?.unref()
    process.once('exit', this.#onExit)
  }

  get lost(): boolean {
    return this.#lost !== undefined
  }

  /** A new folder whose path starts with `prefix`; gone when we are. */
  async folder(prefix: string, user?: SystemUser): Promise<string> {
    const folder = String(await this.ask({ ask: 'folder', prefix, ...(user && { user }) }))
    this.#folders.add(folder)
    return folder
  }

  async remove(folder: string): Promise<void> {
    if (!this.#lost) await this.ask({ ask: 'remove', folder })
    this.#folders.delete(folder)
  }

  /** Starts a process; gone when we are. */
  async start(command: Command, endSignal: NodeJS.Signals): Promise<OwnedProcess> {
    // Watched while the answer is read, not after an await: the end of a short command can arrive together with the answer.
    return this.#request({ ask: 'start', command, endSignal }, pid => this.#watch(Number(pid)))
  }

  /** Sends one request and waits for its answer; our process stays alive meanwhile. */
  ask(request: GuardianRequest): Promise<string | number | undefined> {
    return this.#request(request, value => value)
  }

  #request<T>(request: GuardianRequest, read: (value: string | number | undefined) => T): Promise<T> {
    if (this.#lost) return Promise.reject(this.#lost)
    const id = ++this.#requests
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#answers.set(id, { resolve: value => resolve(read(value)), reject })
    this.#child.send({ id, request })
    return this.holding(promise)
  }

  /** The channel keeps our process alive only while somebody waits for something. */
  async holding<T>(promise: Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#child.channel?.ref()
    try {
      return await promise
    } finally {
      if (--this.#holds === 0) this.#child.channel?.unref()
    }
  }

  #watch(pid: number): Watched {
    const watched = new Watched(pid, this)
    this.#processes.set(pid, watched)
    return watched
  }

  #heard(message: GuardianMessage): void {
    if ('answer' in message) {
      const answer = this.#answers.get(message.answer)
      this.#answers.delete(message.answer)
      if (message.error === undefined) answer?.resolve(message.value)
      else answer?.reject(new Error(message.error))
      return
    }
    const watched = this.#processes.get(message.pid)
    if ('line' in message) return watched?.said(message.line)
    this.#processes.delete(message.pid)
    watched?.over(message.exit)
  }

  #lose(how: string): void {
    if (this.#lost) return
    this.#lost = new GuardianLostError(how)
    process.off('exit', this.#onExit)
    // Somebody killed the guardian itself. Its processes are still ours to end.
    for (const watched of this.#processes.values()) {
      try {
        process.kill(-watched.pid, 'SIGKILL')
      } catch {
        // Already gone.
      }
      watched.over(LOST)
    }
    for (const answer of this.#answers.values()) answer.reject(this.#lost)
    for (const folder of this.#folders) {
      try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
      } catch {
        // A server that is still ending wrote into it; the operating system clears its temp folder some day.
      }
    }
  }

  /** On a normal exit, and on process.exit() or a crash, the caller finds everything gone when we have exited, not soon after. */
  #endNow(): void {
    if (this.#folders.size === 0) return
    this.#child.send({ id: 0, request: { ask: 'end' } satisfies GuardianRequest })
    const clock = new Int32Array(new SharedArrayBuffer(4))
    for (let waitedMs = 0; waitedMs < EXIT_WAIT_MS && [...this.#folders].some(existsSync); waitedMs += 5)
      Atomics.wait(clock, 0, 0, 5)
  }
}

let current: Guardian | undefined

/** The one guardian of this process, started when first needed. */
export function guardian(): Guardian {
  if (!current || current.lost) current = new Guardian()
  return current
}
