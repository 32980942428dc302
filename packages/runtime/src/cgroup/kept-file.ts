import { close, open, read } from 'node:fs'

/** More than any of the cgroup's files holds, and more than the first line of `/proc/stat`, which is all we need of it. */
const MOST_BYTES = 8_192

/**
 * A small file of the kernel that is read again and again. It stays open: reading at its beginning makes the kernel write it
 * anew, and costs a third of opening, reading and closing it through the thread pool.
 */
export class KeptFile implements Disposable {
  readonly #path: string
  readonly #bytes = Buffer.alloc(MOST_BYTES)
  #file: number | undefined
  #isReading = false
  #isClosed = false

  constructor(path: string) {
    this.#path = path
  }

  /** Its text; undefined where it cannot be read, and then the next reading opens it again. One reading at a time. */
  async read(): Promise<string | undefined> {
    this.#isReading = true
    this.#file ??= await this.#open()
    const text = await this.#readFile(this.#file)
    this.#isReading = false
    if (text === undefined || this.#isClosed) this.#close()
    return text
  }

  /** A file that is being read is closed afterwards: its number could be another file's by then. */
  [Symbol.dispose](): void {
    this.#isClosed = true
    if (!this.#isReading) this.#close()
  }

  #readFile(file: number | undefined): Promise<string | undefined> {
    return new Promise(resolve => {
      if (file === undefined) return resolve(undefined)
      read(file, this.#bytes, 0, MOST_BYTES, 0, (error, length) =>
        resolve(error ? undefined : this.#bytes.toString('latin1', 0, length)),
      )
    })
  }

  #open(): Promise<number | undefined> {
    return new Promise(resolve => open(this.#path, (error, file) => resolve(error ? undefined : file)))
  }

  #close(): void {
    if (this.#file !== undefined) close(this.#file, () => {})
    this.#file = undefined
  }
}
