import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The address space that a process has reserved, and may reserve, in bytes. */
export interface AddressSpace {
  readonly used: number
  readonly limit: number
}

/**
 * The address space of this process under `ulimit -v` (RLIMIT_AS): beyond it every allocation fails, however much memory is
 * free. V8 reserves about 1 GiB by itself. The limit is looked up once, and without one nothing is read afterwards.
 */
export class AddressSpaceReader {
  readonly #procRoot: string
  readonly #limit: number | undefined

  constructor(procRoot: string) {
    this.#procRoot = procRoot
    this.#limit = numberIn(this.#text('limits'), /^Max address space +(\d+)/m)
  }

  /** Undefined without a limit. */
  read(): AddressSpace | undefined {
    if (this.#limit === undefined) return undefined
    const kibibytes = numberIn(this.#text('status'), /^VmSize:\s+(\d+) kB/m)
    return kibibytes === undefined ? undefined : { used: kibibytes * 1024, limit: this.#limit }
  }

  #text(file: string): string {
    try {
      return readFileSync(join(this.#procRoot, 'self', file), 'utf8')
    } catch {
      // Not Linux.
      return ''
    }
  }
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
