/** The size of a pattern, estimated from its text before any memory is taken for it. */
export interface PatternScan {
  /** The number of characters, classes and groups once counted repetitions are written out. */
  readonly size: number
  /** The first repetition that Go refuses: together with those around it, it asks for more than 1,000 copies. */
  readonly refused: string | undefined
}

/** Go's limit on the product of counted repetitions inside of each other. */
const MAX_COPIES = 1000

/** Parts of a pattern in RE2's syntax: quoted text, an escape, a class, the opening of a group, a counted repetition, a character. */
const PART =
  /\\Q[^]*?(?:\\E|$)|\\(?:x\{[^}]*\}?|p\{[^}]*\}?|P\{[^}]*\}?|[^])|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]?|(?<open>\((?:\?P?<(?<name>\w+)>|\?[\w-]*[:)])?)|\{(?<least>\d+),?(?<most>\d*)\}|[^]/gu

/** A part of a pattern: its size, and the largest product of the repetitions in it. */
interface Part {
  readonly size: number
  readonly copies: number
}

/** Estimates the size of a pattern: what is compiled is at most about three times as large. */
export function scanPattern(source: string): PatternScan {
  const outer: Part[] = []
  let size = 0
  let copies = 1
  let refused: string | undefined
  /** The part that a repetition would repeat. */
  let last: Part = { size: 0, copies: 1 }
  for (const { 0: text, groups = {} } of source.matchAll(PART)) {
    const { open, least, most } = groups
    // `(?i)` opens no group.
    if (open !== undefined && open.length > 1 && open.endsWith(')')) continue
    if (open !== undefined) {
      outer.push({ size, copies })
      size = 0
      copies = 1
      continue
    }
    if (least !== undefined) {
      const wanted = Math.max(1, Number(least), Number(most))
      size += last.size * wanted
      last = { size: last.size, copies: last.copies * wanted }
      if (last.copies > MAX_COPIES) refused ??= text
    } else if (text === ')') {
      const around = outer.pop() ?? { size: 0, copies: 1 }
      last = { size: size + 2, copies }
      size += around.size + 2
      copies = around.copies
    } else {
      // A repetition after quoted text repeats its last character.
      last = { size: 1, copies: 1 }
      size += text.startsWith(String.raw`\Q`) ? text.length : 1
    }
    copies = Math.max(copies, last.copies)
  }
  return { size: outer.reduce((sum, around) => sum + around.size, size), refused }
}

/**
 * The same pattern with `[[:]` written as `[\[:]`: without a later `:]` it names no class, but re2js 2.10 reads one.
 * https://github.com/golang/go/blob/go1.25.0/src/regexp/syntax/parse.go, `parseNamedClass`
 */
export function escapeBracketColon(source: string): string {
  const at = source.lastIndexOf('[:]')
  if (at === -1 || source.includes(':]', at + 2)) return source
  for (const { 0: text, index } of source.matchAll(PART)) {
    const isEndOfClass = text.startsWith('[') && index < at && index + text.length === at + 3
    if (isEndOfClass && !isEscaped(source, at)) return `${source.slice(0, at)}\\${source.slice(at)}`
  }
  return source
}

function isEscaped(source: string, at: number): boolean {
  const [backslashes = ''] = /\\*$/.exec(source.slice(0, at)) ?? []
  return backslashes.length % 2 === 1
}

/** The same pattern with each named group under a name of its own, `g0`, `g1`, …, and the names it had. */
export function renameGroups(source: string): { readonly source: string; readonly names: readonly string[] } {
  const names: string[] = []
  const renamed = source.replaceAll(PART, (text, ...rest) => {
    const { name } = rest.at(-1) as Partial<Record<'name', string>>
    return name === undefined ? text : text.replace(`<${name}>`, `<g${names.push(name) - 1}>`)
  })
  return { source: renamed, names }
}
