import { diag } from '@opentelemetry/api'
import type { LogLevel, LogLines } from './log-lines.ts'

/** More would be a fault of ours. */
const MOST = 50

/** Something that an engineer should know, and can do something about. */
export interface Finding {
  /** Tells findings apart, e.g. `nothing measured`. */
  readonly key: string
  /** One line: what was found, and what to do. */
  readonly text: string
}

/**
 * The findings of the running process. Each finding is logged once, through `diag` and the option `log`, and stays in the
 * report. It is never a process warning: an application may end at one.
 */
export class Findings {
  readonly #log: LogLines
  readonly #found = new Map<string, string>()

  constructor(log: LogLines) {
    this.#log = log
  }

  get all(): readonly Finding[] {
    return [...this.#found].map(([key, text]) => ({ key, text }))
  }

  /** @param level - `info` for what is as it should be */
  add(key: string, text: string, level: LogLevel = 'warn'): void {
    if (this.#found.has(key) || this.#found.size >= MOST) return
    this.#found.set(key, text)
    diag[level](`homeostat: ${text}`)
    this.#log.write(level, text)
  }

  /** It does not hold any more. */
  remove(key: string): void {
    this.#found.delete(key)
  }
}
