import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

/** The little of an output stream that is used here. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Lines that stay and, on a terminal, one that is renewed below them. */
export class Screen {
  readonly isTerminal: boolean
  readonly #output: Output
  readonly #hasColour: boolean
  #progress = ''

  constructor(output: Output, environment: NodeJS.ProcessEnv) {
    this.#output = output
    this.isTerminal = output.isTTY === true
    // https://no-color.org: set and not empty.
    this.#hasColour = this.isTerminal && !environment['NO_COLOR']
  }

  get width(): number {
    return this.isTerminal ? (this.#output.columns ?? 80) : 80
  }

  style(style: Style, text: string): string {
    return this.#hasColour ? styleText(style, text, { validateStream: false }) : text
  }

  line(text = ''): void {
    this.#output.write(`${this.#progress && '\r\u001B[2K'}${text}\n${this.#progress}`)
  }

  /** Renews the progress line; an empty one removes it. Without a terminal nothing is written. */
  progress(text: string): void {
    if (!this.isTerminal) return
    const cut = text.slice(0, this.width - 1)
    if (this.#progress || cut) this.#output.write(`\r\u001B[2K${cut}`)
    this.#progress = cut
  }
}
