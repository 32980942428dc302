import type { NewsItem, NewsKind } from './news.ts'
import type { Screen, Style } from './screen.ts'
import { wrap } from './table.ts'

type LineKind = NewsKind | 'shop' | 'trouble' | 'person' | 'now' | 'kill'

const styles: Readonly<Record<LineKind, Style>> = {
  shop: 'dim',
  now: 'dim',
  trouble: 'yellow',
  seen: 'cyan',
  fired: 'red',
  decided: 'blue',
  withheld: 'magenta',
  refused: 'magenta',
  done: 'green',
  failed: 'red',
  advice: 'bold',
  breach: 'red',
  verdict: 'bold',
  reverted: 'yellow',
  quarantine: 'red',
  offer: 'bold',
  over: 'green',
  person: 'yellow',
  kill: 'red',
}

const KIND_WIDTH = 10
const TIME_WIDTH = 5
/** Where texts begin. */
const INDENT = TIME_WIDTH + KIND_WIDTH + 4
const PLAIN_PROGRESS_MS = 15_000
const TERMINAL_PROGRESS_MS = 1000

/** One line for each piece of news, with the time since the load began, and a line of progress. */
export class Timeline {
  readonly #screen: Screen
  #startedAt: number | undefined
  #progressAt = -Infinity
  #isClosed = false

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** Time 0 is now; lines before that have no time. */
  begin(): void {
    this.#startedAt = performance.now()
  }

  /** What follows belongs to no load, until the next begins. */
  pause(): void {
    this.#startedAt = undefined
  }

  add(kind: LineKind, text: string): void {
    const [first, ...rest] = wrap(text, Math.max(40, this.#screen.width - 1 - INDENT))
    this.#screen.line(`${this.#time()}  ${this.#screen.style(styles[kind], kind.padEnd(KIND_WIDTH))}  ${first}`)
    for (const line of rest) this.#screen.line(`${' '.repeat(INDENT)}${line}`)
  }

  addNews(items: readonly NewsItem[]): void {
    if (this.#isClosed) return
    for (const { kind, text } of items) this.add(kind, text)
  }

  /** On a terminal the line is renewed each second; elsewhere one is written now and then. */
  progress(text: string): void {
    const now = performance.now()
    const everyMs = this.#screen.isTerminal ? TERMINAL_PROGRESS_MS : PLAIN_PROGRESS_MS
    if (now - this.#progressAt < everyMs * 0.9) return
    this.#progressAt = now
    if (this.#screen.isTerminal) this.#screen.progress(`${this.#time()}  ${text}`)
    else this.add('now', text)
  }

  end(): void {
    this.#screen.progress('')
  }

  /** From here on the shop stops: its alerts end with it, which is not reported. */
  close(): void {
    this.end()
    this.#isClosed = true
  }

  #time(): string {
    if (this.#startedAt === undefined) return ' '.repeat(TIME_WIDTH)
    const seconds = Math.floor((performance.now() - this.#startedAt) / 1000)
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`.padStart(TIME_WIDTH)
  }
}
