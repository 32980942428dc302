/** Makes a secret for each place, the same one each time it is asked for that place. */
export interface Canaries {
  (place: string): string
  /** All that were made, by place. */
  readonly all: Readonly<Record<string, string>>
}

/** Secrets as people choose them: words, digits, a hyphen. None of their parts is a word that we use ourselves. */
export function canaries(): Canaries {
  const all: Record<string, string> = {}
  const canary = (place: string): string =>
    (all[place] ??= `Zq${Object.keys(all).length.toString().padStart(3, '0')}Wombat-Lamp`)
  return Object.assign(canary, { all })
}
