import { describe, expect, test } from 'vitest'
import { compile } from '../../src/index.ts'
import { parseRuleFile } from '../../src/rule-files.ts'
import { lex } from '../../src/syntax/token.ts'

/** Comments as people and generators write them; each ends where its line does. */
const COMMENTS = [
  '# c\n',
  '#\n',
  '# it\'s "half quoted\n',
  '# a `tick\r\n',
  '# [5m] offset 1h {a="b"} 5. # and by (x)\n',
  ' # one\r\n# two\n',
  '#old Mac\r',
]

const EXPRESSIONS = [
  'x > 0 and on() vector(1)',
  'sum by (a, b) (rate(x{a="b#c", d=~`e#.*`}[5m])) / on(a) group_left(b) count without (c) (y)',
  '-max_over_time(x{a!="#"}[5m:1m] offset -1h) ^ 2. * 0X1f',
  '{"odd # name", a="\\"#\\""} @ 1609746000.5 offset 5m >= bool 5.e3',
  'histogram_quantile(0.99, sum by (le) (rate(x_bucket[1h30m]))) unless absent(y @ end())',
  'label_replace(x, "a", "$1 # no comment", "b", \'(.*)#\') or vector(+Inf) or vector(NaN)',
  'topk(5, x) and ignoring(a) y',
]

/** The expression as it was understood, without the places in the text. */
function meaning(source: string): unknown {
  return JSON.parse(
    JSON.stringify(compile(source).ast, (key, value: unknown) => (key === 'from' || key === 'to' ? undefined : value)),
  )
}

describe('2-30: comments are allowed between any two tokens', () => {
  test.each(EXPRESSIONS)('%s', source => {
    const { tokens } = lex(source)
    const plain = meaning(source)
    for (const comment of COMMENTS) {
      for (let at = 0; at <= tokens.length; at++) {
        const before = source.slice(0, tokens[at]?.from ?? source.length)
        const commented = before + comment + source.slice(before.length)
        expect(meaning(commented), JSON.stringify(commented)).toEqual(plain)
      }
      expect(meaning(tokens.map(({ text }) => text).join(comment) + comment.trimEnd())).toEqual(plain)
    }
  })

  test('a rule file with comments in its expressions is read, whatever the line breaks', () => {
    const text = [
      'groups:',
      '- name: g',
      '  rules:',
      '  - alert: A',
      '    expr: |',
      '      # why this rule is "here"',
      '      sum by (# each',
      '        a) (rate(x{b="#"}[5m])) # of all',
      '        > 0X1f',
      '',
    ]
    for (const lineBreak of ['\n', '\r\n']) {
      const { groups, errors } = parseRuleFile(text.join(lineBreak), { file: 'r.yml' })
      expect(errors).toEqual([])
      expect(groups[0]?.rules[0]?.expr).toContain('# each')
    }
  })

  test('positions of errors are those of the text as it was written', () => {
    expect(() => compile('# one # two\nx{a="b"} # three\n  + rate(y)')).toThrow(
      '3:10: parse error: expected type range vector in call to function "rate", got instant vector',
    )
    expect(() => compile('sum by (# why?\n a) (x) # here\n)')).toThrow(
      "3:1: parse error: unexpected right parenthesis ')'",
    )
    expect(() => compile('x + # bool\nbool y')).toThrow('1:3: parse error: bool modifier can only be used')
  })

  test('a blank that Prometheus does not know is an error', () => {
    expect(() => compile('x\u00a0> 1')).toThrow("1:2: parse error: unexpected character: '\u00a0'")
  })
})

describe('2-39: number literals are those of Prometheus', () => {
  test.each<readonly [text: string, value: number]>([
    ['0X1f', 31],
    ['0x1F', 31],
    ['0X_1f', 31],
    ['0x1_F', 31],
    ['0x0e', 14],
    ['017', 15],
    ['0_17', 15],
    ['08', 8],
    ['09.5', 9.5],
    ['0777777777777777777777777', 7.777777777777778e23],
    ['1_000.000_1', 1000.0001],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['1e1_0', 1e10],
    ['.5', 0.5],
    ['5.', 5],
    ['5.e3', 5000],
    ['00.5', 0.5],
    ['1e-400', 0],
    ['9223372036854775808', 2 ** 63],
    ['Inf', Infinity],
    ['+inf', Infinity],
    ['-INF', -Infinity],
    ['NaN', NaN],
    ['nAn', NaN],
    ['1h', 3600],
    ['1h30m', 5400],
    ['1y2w3d4h5m6s7ms', 33_019_506.007],
    ['0s', 0],
    ['-5m', -300],
  ])('%s is %d', (text, value) => {
    const { ast } = compile(text)
    expect(ast).toMatchObject({ kind: 'number', value })
    expect(compile(`x > ${text}`).type).toBe('instant vector')
  })

  test.each(
    (
      '0b1 0B1 0o7 0O7 0x 0X_ 0x__1 0x1_ 0x1.8 0x.8p0 0x1p3 0x8000000000000000 0xg 1__0 1_ 1_.5 1._5 1_e3 1e_3 1e3_ 1e 1e+ ' +
      '1.2.3 1..2 . .e1 1e400 5M 1h1h 1m1h 1.5h 1_0h 1e3h 5mm 300y 1ns'
    ).split(' '),
  )('%s is refused', text => {
    expect(() => compile(text)).toThrow(/parse error/)
    expect(() => compile(`x > ${text}`)).toThrow(/parse error/)
  })

  test.each(['infinity', 'Infinity', 'nano', '_1', 'e5'])('%s is a metric', text => {
    expect(compile(text).type).toBe('instant vector')
  })
})
