/** Headers that `writeHead()` was given: of each name they replace what was set before. Changes show in its arguments. */
export class GivenHeaders {
  readonly #headers: Record<string, unknown> | undefined

  /** @param args - of `writeHead()`: headers come last, as an object, or as a list of names and values in turn or in pairs */
  constructor(args: unknown[]) {
    const at = args.findLastIndex(each => typeof each === 'object' && each !== null)
    if (at === -1) return
    const given = args[at] as object
    const headers = Array.isArray(given) ? merged(given) : { ...given }
    args[at] = headers
    this.#headers = headers
  }

  delete(name: string): void {
    for (const key of this.#keysOf(name)) delete this.#headers![key]
  }

  /** Puts one more value behind those of a name. @returns false where there is none */
  append(name: string, value: string): boolean {
    const key = this.#keysOf(name).at(-1)
    if (key === undefined) return false
    this.#headers![key] = [this.#headers![key], value].flat()
    return true
  }

  #keysOf(name: string): string[] {
    return Object.keys(this.#headers ?? {}).filter(key => key.toLowerCase() === name.toLowerCase())
  }
}

/** A name may come several times in a list. */
function merged(list: readonly unknown[]): Record<string, unknown> {
  const flat = Array.isArray(list[0]) ? list.flat() : list
  const names = new Map<string, string>()
  const headers: Record<string, unknown> = {}
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const name = String(flat[at])
    const key = names.get(name.toLowerCase())
    if (key === undefined) {
      names.set(name.toLowerCase(), name)
      headers[name] = flat[at + 1]
    } else headers[key] = [headers[key], flat[at + 1]].flat()
  }
  return headers
}
