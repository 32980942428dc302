import { counted } from '@homeostat/signals'
import { diag } from '@opentelemetry/api'
import type { LineLevel } from '@homeostat/signals'
import type { LogLevel, LogLines } from './log-lines.ts'

/** More would be a fault of ours. Their number is reported. */
const MOST = 50
const LEFT_OUT = 'left out'

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
  #leftOut = 0
  #isDiagOnConsole = false

  constructor(log: LogLines) {
    this.#log = log
  }

  get all(): readonly Finding[] {
    const found = [...this.#found].map(([key, text]) => ({ key, text }))
    if (this.#leftOut === 0) return found
    const text = `more than ${MOST} findings: ${counted(this.#leftOut, 'further report of findings was', 'further reports of findings were')} left out`
    return [...found, { key: LEFT_OUT, text }]
  }

  /** @param level - `info` for what is as it should be */
  add(key: string, text: string, level: LogLevel = 'warn'): void {
    if (!this.keep(key, text)) return
    this.#write(level, text)
  }

  /** Keeps what another line reports. Returns false where it is known already, or there is no room. */
  keep(key: string, text: string): boolean {
    if (this.#found.has(key)) return false
    if (this.#found.size >= MOST) {
      this.#leftOut++
      return false
    }
    this.#found.set(key, text)
    return true
  }

  /** One line that is not kept. */
  note(text: string, level: LogLevel = 'info'): void {
    this.#write(level, text)
  }

  /** An SDK has set a logger of `diag` that writes to the console. A line that the option `log` writes there is then not repeated. */
  diagIsOnConsole(): void {
    this.#isDiagOnConsole = true
  }

  /** It does not hold any more. */
  remove(key: string): void {
    this.#found.delete(key)
  }

  /** A line of one of our packages, which `diag` has by now. */
  relay(level: LineLevel, text: string): void {
    const short = text.replace(/^(?:@homeostat\/|homeostat: )/, '')
    if (!this.#isDiagOnConsole || !this.#log.isOnConsole) this.#log.write(level === 'error' ? 'warn' : level, short)
  }

  #write(level: LogLevel, text: string): void {
    if (!this.#isDiagOnConsole || !this.#log.isOnConsole) diag[level](`homeostat: ${text}`)
    this.#log.write(level, text)
  }
}
