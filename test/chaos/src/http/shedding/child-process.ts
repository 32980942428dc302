import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A process of the shedding runs, until it is disposed of. */
export class Child implements Disposable {
  readonly #process: ChildProcess

  constructor(file: string, parameters: readonly string[] = []) {
    this.#process = fork(new URL(file, import.meta.url), parameters)
  }

  /** The next message. */
  async message<T>(): Promise<T> {
    const stop = new AbortController()
    const { signal } = stop
    try {
      return await Promise.race([
        once(this.#process, 'message', { signal }).then(([message]) => message as T),
        once(this.#process, 'exit', { signal }).then(([code]) => {
          throw new Error(`a process of the run ended with code ${String(code)}`)
        }),
      ])
    } finally {
      stop.abort()
    }
  }

  send(message: object): void {
    this.#process.send(message)
  }

  [Symbol.dispose](): void {
    this.#process.kill()
  }
}
