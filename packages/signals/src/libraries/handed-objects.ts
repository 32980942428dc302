/** Below this many, dead references are not worth a walk. */
const PRUNE_FROM = 64

/** Starts to measure one object and returns how to stop; undefined where nothing has to be stopped. */
export type MeasureObject<T extends object> = (object: T) => (() => void) | undefined

/**
 * Objects of a library that the application has handed over, because no hook can find them: they are made inside of a bundle.
 * They are not kept alive. They may come before and after the instrumentation is enabled.
 */
export class HandedObjects<T extends object> {
  readonly #known = new WeakSet<T>()
  readonly #report: (error: unknown) => void
  #handed: WeakRef<T>[] = []
  #pruneAt = PRUNE_FROM
  #wasGiven = false
  #measure: ((object: T) => void) | undefined

  /** @param report - called when an object cannot be measured */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** Whether any object was ever handed over. */
  get wasGiven(): boolean {
    return this.#wasGiven
  }

  /** Takes an object once, however often it is handed over. */
  add(object: T): void {
    this.#wasGiven = true
    if (this.#known.has(object)) return
    this.#known.add(object)
    if (this.#handed.length >= this.#pruneAt) this.#prune()
    this.#handed.push(new WeakRef(object))
    this.#measure?.(object)
  }

  /**
   * Measures every object that was or will be handed over.
   *
   * @returns disposing it stops the measuring of each; the objects are measured again by the next call
   */
  follow(measure: MeasureObject<T>): Disposable {
    const stops = new WeakMap<T, () => void>()
    const start = (object: T): void => {
      this.#contain(() => {
        const stop = measure(object)
        if (stop) stops.set(object, stop)
      })
    }
    this.#measure = start
    for (const object of this.#living()) start(object)
    return {
      [Symbol.dispose]: () => {
        this.#measure = undefined
        for (const object of this.#living()) this.#contain(() => stops.get(object)?.())
      },
    }
  }

  #contain(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#report(error)
    }
  }

  #living(): T[] {
    return this.#handed.flatMap(ref => ref.deref() ?? [])
  }

  #prune(): void {
    this.#handed = this.#handed.filter(ref => ref.deref() !== undefined)
    this.#pruneAt = Math.max(PRUNE_FROM, 2 * this.#handed.length)
  }
}
