import * as fc from 'fast-check'

/** Texts that cases, classes, line ends, surrogates and digits meet in. */
const CHARACTERS = Array.from('abcABkK\u212As\u017F1_-.\n éÉßαΣς😀')

export const anyText = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 8 })

const CHARACTER_ATOMS = 'a b c A k s é α σ 😀 1 _ - . .'.split(' ')
const CLASS_ATOMS = String.raw`[ab] [^a] [a-c] [^a-c\n] []a] [^]a] [a-] [k-s] [[:alpha:]_] [[:^digit:]] [\d_] [\pL1] [α-ω] [a[:]`
const ESCAPE_ATOMS = String.raw`\d \D \w \W \s \S \pL \PL \p{Greek} \p{^Greek} \pN \. \x61 \x{1F600} \141 \n \Qa.b\E \Q\E`
const OTHER_ATOMS = String.raw`^ $ \A \z \b \B (?i) (?s) (?-s) (?m) (?U) (?i-s) { } a{,2} {a} () (|a)`
const ATOMS = [' ', ...CHARACTER_ATOMS, ...[CLASS_ATOMS, ESCAPE_ATOMS, OTHER_ATOMS].flatMap(atoms => atoms.split(' '))]

const REPETITIONS = ['', '', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{0,2}', '{1,}', '{1,2}?', '{0}', '{0,1}']
const OPENINGS = ['(', '(', '(?:', '(?i:', '(?s:', '(?-s:', '(?m:', '(?U:', '(?P<x>', '(?P<y>']

const { pattern } = fc.letrec<{ pattern: string; atom: string }>(tie => ({
  atom: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom(...ATOMS) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...OPENINGS), tie('pattern')).map(([open, inner]) => `${open}${inner})`),
    },
  ),
  pattern: fc
    .array(
      fc
        .array(
          fc.tuple(tie('atom'), fc.constantFrom(...REPETITIONS)).map(parts => parts.join('')),
          { maxLength: 4 },
        )
        .map(parts => parts.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map(options => options.join('|')),
}))

/** Nearly always a pattern of RE2. */
export const anyPattern = pattern

/** Patterns with one character too many, too few or another one: about half of them are not valid. */
export const brokenPattern = fc
  .tuple(
    pattern,
    fc.nat(),
    fc.constantFrom(
      '',
      '(',
      ')',
      '[',
      ']',
      '*',
      '+',
      '{',
      '}',
      '\\',
      '?',
      '|',
      '(?',
      '(?P<',
      '\\p',
      '[[:',
      '{1001}',
      '\\8',
    ),
    fc.boolean(),
  )
  .map(([source, at, part, replaces]) => {
    const characters = Array.from(source)
    return characters.toSpliced(at % (characters.length + 1), replaces ? 1 : 0, part).join('')
  })

/** Replacements as `label_replace` expands them. */
export const anyReplacement = fc
  .array(
    fc.constantFrom(
      '$1',
      '$2',
      '${1}',
      '${x}',
      '$x',
      '$y',
      '$$',
      '$',
      '$0',
      '$01',
      '$1x',
      '-',
      '${',
      '${1',
      '$é',
      '{',
      '$3',
    ),
    { maxLength: 4 },
  )
  .map(parts => parts.join(''))
