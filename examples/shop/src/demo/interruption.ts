const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Ends the demonstration early: a person with Ctrl-C, or something that broke. */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #whole: Interruption | undefined
  readonly signal: AbortSignal
  #exitCode = 1
  /** What broke, for people. */
  reason: string | undefined

  /** @param whole - of which this is a part: it ends with the whole, and what breaks in it does not end the whole */
  constructor(whole?: Interruption) {
    this.#whole = whole
    const { signal } = this.#controller
    this.signal = whole ? AbortSignal.any([whole.signal, signal]) : signal
    if (whole) return
    for (const [name, exitCode] of Object.entries(SIGNALS)) {
      process.on(name, () => {
        // Once is a request, twice is an order.
        if (this.signal.aborted) process.exit(exitCode)
        this.#abort(exitCode)
      })
    }
    // The output is no longer read, e.g. after `npm start | head`.
    process.stdout.on('error', () => this.#abort(1))
  }

  /** By convention 128 and the signal's number; 1 for everything else. */
  get exitCode(): number {
    return this.#whole?.signal.aborted ? this.#whole.exitCode : this.#exitCode
  }

  /** Fails when the event happens before the result is disposed. */
  failOn(event: Promise<string>, describe: (what: string) => string): Disposable {
    let isOn = true
    const wait = async (): Promise<void> => {
      const what = await event
      if (!isOn || this.signal.aborted) return
      this.reason = describe(what)
      this.#abort(1)
    }
    void wait()
    return { [Symbol.dispose]: () => void (isOn = false) }
  }

  /** The result of `work`, unless the interruption comes first. */
  async unless<T>(work: Promise<T>): Promise<T> {
    this.signal.throwIfAborted()
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(this.signal.reason)
    this.signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([work, promise])
    } finally {
      this.signal.removeEventListener('abort', onAbort)
    }
  }

  #abort(exitCode: number): void {
    this.#exitCode = exitCode
    this.#controller.abort()
  }
}
