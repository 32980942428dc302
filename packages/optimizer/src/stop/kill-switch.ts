/** What an operator writes into a variable or a file to say that nothing is to be switched off. */
const GO_ON: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'off'])

/** Whether the text of a kill switch, a variable's or a file's, says stop. */
export function saysStop(text: string): boolean {
  return !GO_ON.has(text.trim().toLowerCase())
}

/** Whether the kill switch is tripped, and by which source. */
export type KillSwitchState = { readonly tripped: false } | { readonly tripped: true; readonly by: string }

/** Somebody who may trip the kill switch, and who alone releases it again. */
export interface KillSwitchSource {
  /**
   * The source that trips it, for the text of refusals; undefined while none does. Called right before each effect: synchronous, cheap,
   * without effects of its own, and it never throws.
   */
  trippedBy(): string | undefined
}

/**
 * Stops every action at once, until no source is tripped: runs are aborted, lasting changes are reverted, nothing new starts.
 * Measuring and deciding go on, so that the ledger shows what would be done.
 *
 * Each source is released where it was tripped and nowhere else: `HOMEOSTAT_DISABLED=1` cannot be reset from inside, and
 * `reset()` takes back `trip()` only. See `docs/kill-switch.md` of this package.
 */
export class KillSwitch {
  readonly #sources: KillSwitchSource[]
  readonly #own: KillSwitchSource = { trippedBy: () => this.#by }
  #by: string | undefined
  #abort = new AbortController()
  readonly #onTrip: ((by: string) => void)[] = []
  readonly #onReset: (() => void)[] = []

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const variable = 'HOMEOSTAT_DISABLED'
    this.#sources = [{ trippedBy: () => (saysStop(environment[variable] ?? '') ? variable : undefined) }, this.#own]
  }

  /** As the sources have it now, which may be before the listeners are called. */
  get state(): KillSwitchState {
    const by = firstOf(this.#sources)
    return by === undefined ? { tripped: false } : { tripped: true, by }
  }

  /** The source that holds it whatever {@link reset} does; undefined while none does. */
  get heldBy(): string | undefined {
    return firstOf(this.#sources.filter(source => source !== this.#own))
  }

  /** Aborted when the switch is tripped. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Listens to one more source. Code that changes the source calls {@link check}, or the next tick does. */
  add(source: KillSwitchSource): Disposable {
    this.#sources.push(source)
    this.check()
    return {
      [Symbol.dispose]: () => {
        const index = this.#sources.indexOf(source)
        if (index !== -1) this.#sources.splice(index, 1)
      },
    }
  }

  /** Calls the listener each time it is tripped. */
  onTrip(listener: (by: string) => void): void {
    this.#onTrip.push(listener)
  }

  /** Calls the listener each time the last of its sources has released it. */
  onReset(listener: () => void): void {
    this.#onReset.push(listener)
  }

  /** Looks at all sources, and follows them. */
  check(): void {
    const { state } = this
    if (state.tripped === this.#abort.signal.aborted) return
    if (state.tripped) {
      this.#abort.abort(new Error(`kill switch tripped by ${state.by}`))
      for (const listener of this.#onTrip) listener(state.by)
    } else {
      this.#abort = new AbortController()
      for (const listener of this.#onReset) listener()
    }
  }

  /** @param by - who trips it, for the refusals' text */
  trip(by: string): void {
    this.#by ??= by
    this.check()
  }

  /** Takes `trip()` back. Other sources may still hold the switch. */
  reset(): void {
    this.#by = undefined
    this.check()
  }
}

function firstOf(sources: readonly KillSwitchSource[]): string | undefined {
  for (const source of sources) {
    const by = askedSafely(source)
    if (by !== undefined) return by
  }
  return undefined
}

/** A source that fails counts as tripped, because it may be the one that would stop. */
function askedSafely(source: KillSwitchSource): string | undefined {
  try {
    return source.trippedBy()
  } catch {
    return 'a source of the kill switch that failed'
  }
}
