/** Between two digits of which the second begins a group of three. Locale data would stay resident with 2 to 5 MB. */
const GROUPS = /\B(?=(?:\d{3})+$)/g

/**
 * A number of things in words, rounded, in the singular or the plural.
 *
 * @param several - @default `one` with an s
 * @example
 * ```ts
 * counted(1, 'pair') // '1 pair'
 * counted(1240, 'entry', 'entries') // '1,240 entries'
 * ```
 */
export function counted(count: number, one: string, several: string = `${one}s`): string {
  const rounded = Math.round(count)
  return `${rounded.toFixed(0).replaceAll(GROUPS, ',')} ${rounded === 1 ? one : several}`
}
