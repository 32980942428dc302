import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AdjusterMessage, AdjusterOrder } from './adjuster.ts'

const PROGRAM = fileURLToPath(new URL('adjuster.ts', import.meta.url))

/** A running `adjuster.ts`. */
export class AdjusterProcess implements Disposable {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  /** Restored what was there to restore; rejects when the process ended before. */
  readonly restored: Promise<void>
  /** Made its first change; rejects when the process ended before. */
  readonly begun: Promise<void>

  constructor(order: AdjusterOrder) {
    const execArgv = ['--disable-warning=ExperimentalWarning']
    // Hundreds of them start: compiling the same modules each time would take most of the time.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(order.folder, 'compiled') }
    this.#child = fork(PROGRAM, [JSON.stringify(order)], { execArgv, env })
    this.#exited = once(this.#child, 'exit')
    this.restored = this.#said('restored')
    this.begun = this.#said('begun')
    for (const said of [this.restored, this.begun]) said.catch(() => {})
  }

  go(): void {
    this.#child.send('go')
  }

  /** Resolves when the process is gone; nothing of it runs after that. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Lets it undo everything and end. */
  async stop(): Promise<void> {
    const stopped = this.#said('stopped')
    this.#child.send('stop')
    await stopped
    await this.#exited
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }

  #said(message: AdjusterMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const onMessage = (said: unknown): void => {
        if (said !== message) return
        this.#child.off('message', onMessage)
        resolve()
      }
      this.#child.on('message', onMessage)
      void this.#exited.then(() => reject(new Error(`it ended before it said ${message}`)))
    })
  }
}
