/** Text that stands for itself; punctuation may be escaped. */
const LITERAL = String.raw`(?:[^$\\.*+?()[\]{}|^]|\\[!-/:-@[-\x60{-~])*`
const ALTERNATIVES = new RegExp(String.raw`^${LITERAL}(?:\|${LITERAL})*$`)
const AFFIXED = new RegExp(String.raw`^(?<before>\.[*+])?(?<literal>${LITERAL})(?<after>\.[*+])?$`)
/** Texts in which `.` stands for any one character, as in `5..|429`. */
const DOTTED = new RegExp(String.raw`^(?:${LITERAL}|[.|])*$`)
const ALTERNATIVE = new RegExp(String.raw`\|(${LITERAL})`, 'g')

/**
 * Matches the patterns that most matchers have without an automaton: `a`, `a|b`, `a.*`, `.*a`, `.+a.*`, `.*`, `.+`, `5..`.
 * Returns `undefined` for every other pattern.
 */
export function simpleTest(source: string): ((text: string) => boolean) | undefined {
  if (ALTERNATIVES.test(source))
    return alternativesTest(Array.from(`|${source}`.matchAll(ALTERNATIVE), ([, literal = '']) => unescaped(literal)))
  const parts = AFFIXED.exec(source)?.groups
  if (parts === undefined)
    return source.length <= LONGEST_DOTTED && DOTTED.test(source) ? dottedTest(source) : undefined
  const { before, literal = '', after } = parts
  return affixedTest(unescaped(literal), lengthsOf(before), lengthsOf(after))
}

function unescaped(literal: string): string {
  return literal.replaceAll(/\\(.)/g, '$1')
}

function alternativesTest(texts: readonly string[]): (text: string) => boolean {
  const [only = ''] = texts
  if (texts.length === 1) return text => text === only
  const known = new Set(texts)
  return text => known.has(text)
}

/** Each alternative is tried in turn, so a longer pattern is the automaton's. */
const LONGEST_DOTTED = 256

/** Without repetition, JavaScript's own matcher needs no more steps than the pattern has characters. */
function dottedTest(source: string): (text: string) => boolean {
  // Escapes of RE2 that JavaScript refuses, `\-` for example, are written anew.
  const escaped = source.replaceAll(/\\(.)|[^.|]/gsu, (text: string, char: string = text) =>
    /[$\\.*+?()[\]{}|^/]/.test(char) ? `\\${char}` : char,
  )
  const pattern = new RegExp(`^(?:${escaped})$`, 'su')
  return text => pattern.test(text)
}

/** The number of characters that may stand in one place. */
interface Lengths {
  readonly least: number
  readonly isOpen: boolean
}

function lengthsOf(repetition: string | undefined): Lengths {
  return { least: repetition === '.+' ? 1 : 0, isOpen: repetition !== undefined }
}

function affixedTest(literal: string, before: Lengths, after: Lengths): (text: string) => boolean {
  const least = before.least + literal.length + after.least
  if (literal === '') {
    // Each part of `.+.+` takes one character, which may be two code units.
    return least < 2 ? text => text.length >= least : text => Array.from(text).length >= least
  }
  if (!before.isOpen) return text => text.length >= least && text.startsWith(literal)
  if (!after.isOpen) return text => text.length >= least && text.endsWith(literal)
  return text => {
    const at = text.indexOf(literal, before.least)
    return at !== -1 && at + literal.length + after.least <= text.length
  }
}
