/** Says once when a server is lost and once when it is back; the shop goes on meanwhile. */
export class Availability {
  readonly #server: string
  readonly #say: (line: string) => void
  #isUp = true

  constructor(server: string, say: (line: string) => void) {
    this.#server = server
    this.#say = say
  }

  get isUp(): boolean {
    return this.#isUp
  }

  // Arrow functions, because they are handed out as event listeners.
  readonly lost = (error: unknown): void => {
    if (!this.#isUp) return
    this.#isUp = false
    this.#say(`${this.#server} does not answer (${reasonOf(error)}): serving without it until it is back`)
  }

  readonly back = (): void => {
    if (this.#isUp) return
    this.#isUp = true
    this.#say(`${this.#server} is back`)
  }
}

/** The shortest honest description: connecting to `localhost` fails with an AggregateError whose message is empty. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return code ?? (error.message.split('\n')[0] || error.name)
}

/** The whole message, else the reason. */
export function messageOf(error: unknown): string {
  return (error instanceof Error && error.message) || reasonOf(error)
}

/** `host:port` of a URL, without its password. */
export function addressOf(url: string, defaultPort: number): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || defaultPort}`
}
