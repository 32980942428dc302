/** Runs the work on one key in the order in which it was asked for. Work on different keys runs side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `work` after all earlier work on `key`, however that ended. */
  take<R>(key: string, work: () => R | Promise<R>): Promise<R> {
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
