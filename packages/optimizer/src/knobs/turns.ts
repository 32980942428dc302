/** Lets work on one thing wait for the work on it that was asked for before; work on different things goes on side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<R>(key: string, work: () => Promise<R>): Promise<R> {
    const done = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(key, settled)
    void settled.then(() => this.#last.get(key) === settled && this.#last.delete(key))
    return done
  }
}
