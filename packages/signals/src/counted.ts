const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/**
 * A number of things in words, in the singular or the plural.
 *
 * @param several - @default `one` with an s
 * @example
 * ```ts
 * counted(1, 'pair') // '1 pair'
 * counted(1240, 'entry', 'entries') // '1,240 entries'
 * ```
 */
export function counted(count: number, one: string, several: string = `${one}s`): string {
  return `${WHOLE.format(count)} ${count === 1 ? one : several}`
}
