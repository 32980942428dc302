/**
 * A map of at most `max` entries: setting an entry makes it the newest, and the one that was set longest ago is forgotten first.
 *
 * @example
 * ```ts
 * const names = new BoundedMap<string, string>(100)
 * names.set('a', 'first').set('a', 'again')
 * ```
 */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #max: number
  readonly #onForgotten: (key: K, value: V) => void

  /** @param onForgotten - called with an entry that made room for a newer one, after it has left the map. @default does nothing */
  constructor(max: number, onForgotten: (key: K, value: V) => void = () => {}) {
    super()
    this.#max = max
    this.#onForgotten = onForgotten
  }

  override set(key: K, value: V): this {
    this.delete(key)
    super.set(key, value)
    if (this.size > this.#max) this.forgetOldest()
    return this
  }

  /** False when there is nothing left to forget. */
  forgetOldest(): boolean {
    for (const [key, value] of this) {
      this.delete(key)
      this.#onForgotten(key, value)
      return true
    }
    return false
  }
}
