import { Worker, type ResourceLimits } from 'node:worker_threads'
import { errorType } from '../faults/error-type.ts'
import { after } from '../time/timers.ts'

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60_000

/** Why a thread ended, and when it starts again. */
export interface LostThread {
  /** e.g. `exit code 1` */
  readonly why: string
  /** The wait until it starts again, in milliseconds. */
  readonly waitMs: number
  readonly cause: unknown
}

/** What a {@link RestartedThread} runs, and who hears of it. */
export interface RestartedThreadOptions<Message> {
  /** A text with `eval: true`, or the URL of a file. */
  readonly program: string | URL
  readonly eval: boolean
  /** Becomes `workerData`. */
  readonly task: unknown
  /** The thread's name, as debuggers show it. */
  readonly name: string
  readonly limits: ResourceLimits
  /** @default none: messages of the thread are dropped */
  readonly onMessage?: (message: Message) => void
  /**
   * Called at each start: the thread has none of the messages that were sent before.
   *
   * @default none
   */
  readonly onStarted?: (thread: RestartedThread<Message>) => void
  readonly onLost: (lost: LostThread) => void
}

/**
 * A thread beside the event loop. It never keeps the process alive, and starts again when it dies, after a second at first and after twice
 * the wait each further time, up to a minute.
 *
 * @example
 * ```ts
 * await using thread = new RestartedThread({
 *   program: 'require("node:worker_threads").parentPort.postMessage("ready")',
 *   eval: true,
 *   task: {},
 *   name: 'example',
 *   limits: { maxOldGenerationSizeMb: 16 },
 *   onLost: ({ why }) => console.warn(why),
 * })
 * ```
 */
export class RestartedThread<Message = unknown> implements AsyncDisposable {
  readonly #options: RestartedThreadOptions<Message>
  #worker: Worker | undefined
  #retry: Disposable | undefined
  #waitMs = FIRST_WAIT_MS
  #isClosed = false

  constructor(options: RestartedThreadOptions<Message>) {
    this.#options = options
    this.#start()
  }

  /** Sends a message to the thread. It is lost while the thread is down; see `onStarted`. */
  send(message: unknown): void {
    this.#worker?.postMessage(message, [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#retry?.[Symbol.dispose]()
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #start(): void {
    const { program, eval: isText, task, name, limits, onMessage, onStarted } = this.#options
    const startedAt = performance.now()
    let cause: unknown
    try {
      // Neither options nor environment of the process: its preloaded modules, Homeostat among them, belong to it alone.
      const worker = new Worker(program, {
        eval: isText,
        workerData: task,
        name,
        execArgv: [],
        env: {},
        resourceLimits: limits,
      })
      if (onMessage) worker.on('message', onMessage)
      worker.on('error', (error: unknown) => (cause = error))
      worker.on('exit', code => {
        if (performance.now() - startedAt > LONGEST_WAIT_MS) this.#waitMs = FIRST_WAIT_MS
        this.#lost(`exit code ${code}`, cause)
      })
      worker.unref()
      this.#worker = worker
      onStarted?.(this)
    } catch (error) {
      // Node's permission model refuses threads without --allow-worker.
      this.#lost(errorType(error), error)
    }
  }

  #lost(why: string, cause: unknown): void {
    if (this.#isClosed) return
    this.#worker = undefined
    const waitMs = this.#waitMs
    this.#waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    this.#retry = after(waitMs, () => this.#start())
    this.#options.onLost({ why, waitMs, cause })
  }
}
