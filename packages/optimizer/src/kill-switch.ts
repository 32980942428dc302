export type KillSwitchState = { readonly tripped: false } | { readonly tripped: true; readonly by: string }

/**
 * Stops every action, at once and for good until it is reset: what runs is aborted, nothing new starts. Measuring and
 * deciding go on, so that one can see what would be done.
 *
 * `HOMEOSTAT_DISABLED=1` trips it from outside and cannot be reset from inside.
 */
export class KillSwitch {
  readonly #environment: Readonly<Record<string, string | undefined>>
  #by: string | undefined
  #abort = new AbortController()
  readonly #onTrip: ((by: string) => void)[] = []
  readonly #onReset: (() => void)[] = []

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment
  }

  get state(): KillSwitchState {
    if (isSet(this.#environment['HOMEOSTAT_DISABLED'])) return { tripped: true, by: 'HOMEOSTAT_DISABLED' }
    return this.#by === undefined ? { tripped: false } : { tripped: true, by: this.#by }
  }

  /** Aborted when the switch is tripped. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Calls the listener each time it is tripped. */
  onTrip(listener: (by: string) => void): void {
    this.#onTrip.push(listener)
  }

  onReset(listener: () => void): void {
    this.#onReset.push(listener)
  }

  /** Looks at what may have tripped it from outside. */
  check(): void {
    const { state } = this
    if (state.tripped) this.trip(state.by)
  }

  /** @param by - who trips it, for the refusals' text */
  trip(by: string): void {
    this.#by ??= by
    if (this.#abort.signal.aborted) return
    this.#abort.abort(new Error(`kill switch tripped by ${by}`))
    for (const listener of this.#onTrip) listener(by)
  }

  reset(): void {
    this.#by = undefined
    if (!this.#abort.signal.aborted || this.state.tripped) return
    this.#abort = new AbortController()
    for (const listener of this.#onReset) listener()
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.trim().toLowerCase())
}
