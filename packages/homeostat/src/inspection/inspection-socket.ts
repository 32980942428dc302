import { chmod, readdir, rm } from 'node:fs/promises'
import type { Server, Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { openStateFolder } from '@homeostat/optimizer/parts'
import { after, errorType } from '@homeostat/signals'
import type { DoctorAnswer, ExplainAnswer, Question, Reply, ReportAnswer } from './question.ts'
import type { ProveQuestion } from '../proof/prove-question.ts'
import { LONGEST_QUESTION } from './question.ts'
import { pidOfSocket, socketPath } from './socket-place.ts'

/** Processes that ask at the same time, and how long one may take. */
const MOST_CALLERS = 4
const LONGEST_CALL_MS = 5000
/** Abandoned sockets that one start removes. */
const MOST_REMOVED = 100

/** The one who answers: the Homeostat of this process. */
export interface Inspected {
  report(): ReportAnswer
  explain(id: string | undefined): ExplainAnswer
  /** Changes something only where the option `prove` names the knob. */
  prove(question: ProveQuestion): Promise<unknown>
}

/**
 * Answers `homeostat report`, `explain`, `doctor` and `prove` of the same user, through a socket in the file system. Its folder and the
 * socket are that user's alone, it reaches no network, and what can be asked changes nothing but the knobs that the option `prove` names. It
 * never keeps the process alive.
 */
export class InspectionSocket implements AsyncDisposable {
  readonly path: string = socketPath(process.pid)
  readonly #inspected: Inspected
  readonly #onFault: (text: string) => void
  #server: Server | undefined
  #isOver = false

  /** @param onFault - takes the reason, in one line, why nobody can ask */
  constructor(inspected: Inspected, onFault: (text: string) => void) {
    this.#inspected = inspected
    this.#onFault = onFault
  }

  /** Begins to listen. Settles when that has succeeded, or a fault was reported. */
  async open(): Promise<void> {
    try {
      await openStateFolder(dirname(this.path))
      // Left by an earlier process with the same number.
      await rm(this.path, { force: true })
      const { createServer } = await import('node:net')
      if (this.#isOver) return
      const server = (this.#server = createServer(socket => this.#serve(socket)))
      server.maxConnections = MOST_CALLERS
      server.unref()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(this.path, resolve)
      })
      server.on('error', () => undefined)
      await chmod(this.path, 0o600)
      await removeAbandoned(dirname(this.path))
    } catch (error) {
      // Homeostat stopped while the socket was opened, and its file is removed.
      if (this.#isOver) return
      this.#onFault(`nobody can ask this process, because ${this.path} cannot be opened: ${errorType(error)}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    const server = this.#server
    this.#server = undefined
    if (!server) return
    server.close()
    await rm(this.path, { force: true })
  }

  #serve(socket: Socket): void {
    let text = ''
    socket.unref()
    socket.setEncoding('utf8')
    const limit = after(LONGEST_CALL_MS, () => socket.destroy())
    socket.on('close', () => limit[Symbol.dispose]())
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.length > LONGEST_QUESTION) socket.destroy()
      const end = text.indexOf('\n')
      if (end === -1 || socket.destroyed) return
      socket.removeAllListeners('data')
      void this.#answer(text.slice(0, end)).then(reply => socket.end(`${reply}\n`))
    })
  }

  /** The reply as JSON. Never rejects, also where a record holds a value of the application that JSON does not have. */
  async #answer(text: string): Promise<string> {
    try {
      return JSON.stringify(await this.#replyTo(JSON.parse(text) as Question))
    } catch (error) {
      return JSON.stringify({
        error: `the question could not be answered: ${errorType(error)}`,
      } satisfies Reply<unknown>)
    }
  }

  async #replyTo(question: Question): Promise<Reply<unknown>> {
    switch (question.ask) {
      case 'report':
        return { answer: this.#inspected.report() satisfies ReportAnswer }
      case 'explain':
        return { answer: this.#inspected.explain(question.id) satisfies ExplainAnswer }
      case 'prove':
        return { answer: await this.#inspected.prove(question) }
      case 'doctor':
        return { answer: { facts: await lightFacts() } satisfies DoctorAnswer }
      default:
        return { error: 'this version of Homeostat does not know the question' }
    }
  }
}

/** Removes the sockets of processes that were killed: nobody listens there. */
async function removeAbandoned(folder: string): Promise<void> {
  const sockets = (await readdir(folder)).filter(name => pidOfSocket(name) !== undefined)
  for (const name of sockets.slice(0, MOST_REMOVED))
    if (!(await isHeard(join(folder, name)))) await rm(join(folder, name), { force: true })
}

async function isHeard(path: string): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise(resolve => {
    const socket = connect(path)
    const end = (heard: boolean): void => {
      socket.destroy()
      resolve(heard)
    }
    socket.once('connect', () => end(true))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code !== 'ECONNREFUSED'))
    socket.unref()
  })
}

async function lightFacts(): Promise<DoctorAnswer['facts']> {
  const { examineLightly } = await import('../examination/examine.ts')
  const note =
    'loaded scripts and instrumentations were not looked at, because that stops the process: use homeostat doctor -- COMMAND'
  return { ...examineLightly(), notes: [note] }
}
