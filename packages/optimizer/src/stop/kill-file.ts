import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { KillSwitchSource } from './kill-switch.ts'
import { saysStop } from './kill-switch.ts'
import { watchFiles } from './watch-files.ts'

/** Enough for any word that means no. */
const HEAD_BYTES = 64

/** Options of {@link KillFile}. */
export interface KillFileOptions {
  readonly path: string
  /** Called after the file has begun or ceased to say stop. */
  readonly onChange: () => void
  /** Called with one line when the file is there and does not do what its author may have meant. */
  readonly onWarning: (message: string) => void
  /** How often the file is checked. @default 1000 */
  readonly pollMs?: number
}

/**
 * A file as a kill switch: while it exists and is neither empty nor says `0`, `false`, `no` or `off`, nothing acts. One that
 * exists and cannot be read counts as a stop. It is read when this is made, and from then on watched without keeping the
 * process alive.
 */
export class KillFile implements KillSwitchSource, Disposable {
  readonly #options: KillFileOptions
  readonly #watch: Disposable
  #by: string | undefined
  #wasEmpty = false

  constructor(options: KillFileOptions) {
    this.#options = options
    this.#by = this.#read()
    this.#watch = watchFiles([options.path], () => this.#look(), options.pollMs)
  }

  trippedBy(): string | undefined {
    return this.#by
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
  }

  #look(): void {
    const by = this.#read()
    if (by === this.#by) return
    this.#by = by
    this.#options.onChange()
  }

  #read(): string | undefined {
    const { path, onWarning } = this.#options
    const head = readHead(path)
    if (head === '' && !this.#wasEmpty)
      onWarning(`the kill file ${path} is empty, which stops nothing; write 1 into it to stop all actions`)
    this.#wasEmpty = head === ''
    return head !== undefined && saysStop(head) ? `the kill file ${path}` : undefined
  }
}

/** The beginning of a file; undefined when it does not exist. A path that exists and is not a readable file reads as `1`. */
function readHead(path: string): string | undefined {
  let file: number | undefined
  try {
    // Without waiting: opening a pipe that nobody writes to would hold the event loop for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) return '1'
    const head = Buffer.alloc(HEAD_BYTES)
    return head.toString('utf8', 0, readSync(file, head, 0, HEAD_BYTES, 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : '1'
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
