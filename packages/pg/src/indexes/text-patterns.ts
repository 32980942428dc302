import type { Condition } from './table-use.ts'

/** The texts with a beginning, as an index is searched for them: up to the first text behind them. */
export function rangeOf(sql: string, pattern: string, mark: string): Pick<Condition, 'searched'> {
  const beginning = /^[^%_\\]*/.exec(pattern)![0]
  const end = /[^]$/u.exec(beginning)![0]
  const last = end.codePointAt(0)!
  if (last === LAST_CHARACTER) return {}
  const next = String.fromCodePoint(last === LAST_BEFORE_SURROGATES ? FIRST_BEHIND_SURROGATES : last + 1)
  return {
    searched: value =>
      `(${sql} ${mark}>=${mark} ${value(beginning)} AND ${sql} ${mark}<${mark} ${value(beginning.slice(0, -end.length) + next)})`,
  }
}

const LAST_CHARACTER = 0x10_ff_ff
// Those in between are halves of a character.
const LAST_BEFORE_SURROGATES = 0xd7_ff
const FIRST_BEHIND_SURROGATES = 0xe0_00

/** The pattern of LIKE for the texts that begin with this one. */
export function patternOfBeginning(beginning: string): string {
  return `${beginning.replaceAll(/[%_\\]/g, '\\$&')}%`
}

/** The pattern of LIKE that a regular expression narrows its texts to: `^abc` begins with abc. Undefined where it fixes no beginning. */
export function patternOfRegex(regex: string): string | undefined {
  // A letter that may be missing or repeated does not count.
  const [, beginning = ''] = /^\^((?:[\w @#:,;/-](?![?*{]))+)/.exec(regex) ?? []
  return beginning === '' || regex.includes('|') ? undefined : patternOfBeginning(beginning)
}
