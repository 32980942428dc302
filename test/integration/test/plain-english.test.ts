import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The habits of CONTRIBUTING, "Plain English", as far as a pattern finds them without taking good English for them. */
const HABITS: readonly RegExp[] = [
  // A clause as the subject: "What is due is done".
  /^(?:Who|Whoever) (?:is|has|was|asks|waits|knows|reads|collects)\b/,
  /^What (?:is|was|has been|nobody|somebody) (?:(?! (?:that|which|who|whose|whom|where|when|if) )[^.:;,]){1,60}? (?:is|are|was|were|has|does|goes|stays|comes|ends|counts|waits|proves)\b(?! (?:of|under|about|in|for|to)\b)/,
  // "Of" fragments: "Of a rule: its version".
  /^Of (?:a|an|the|two|several|each|all|these|those|what|both)\b/,
  // told, said, looked at, at hand.
  /\b(?:is|are|was|were|be|been) told\b/,
  /^(?:Told|Said|Seen)\b/,
  /\bat hand\b/,
  // "3 is no mode".
  /(?<!\bthere )\b(?:is|are) none\b(?! of\b)/i,
  /(?<=\S )(?<!\bthere )\b(?:is|are) no (?!longer\b|more\b|less\b|better\b|worse\b|later\b|earlier\b|such\b|larger\b|smaller\b|fewer\b|one\b)[a-z]+ ?(?:[.,;:]|$)/i,
  // "set back" for "reverted".
  /\bset back\b/,
]

describe('texts have none of the habits that CONTRIBUTING forbids', () => {
  test('comments', () => {
    const lines = linesOf('packages/*/src/**/*.ts', line => /^\s*(?:\/\/|\/\*\*|\*) ?(.*?)(?: ?\*\/)?$/.exec(line)?.[1])
    expect(lines.length).toBeGreaterThan(5000)
    expect(habitsIn(lines)).toEqual([])
  })

  test('names of tests', () => {
    const title = /(?:\b(?:it|test|describe)(?:\.\w+(?:\([^)]*\))?)*\(|\)\()(?<quote>['"`])(?<title>.*?)\k<quote>,/
    const lines = linesOf('{packages,test,examples}/*/test/**/*.test.ts', line => title.exec(line)?.groups?.['title'])
    expect(lines.length).toBeGreaterThan(1000)
    expect(habitsIn(lines)).toEqual([])
  })

  test('documents', () => {
    const lines = linesOf('{*.md,{packages,examples,test}/*/README.md,packages/*/docs/*.md}', line => line)
    expect(lines.length).toBeGreaterThan(2000)
    // The page that lists the habits shows examples of them.
    expect(habitsIn(lines.filter(({ file }) => file !== 'CONTRIBUTING.md'))).toEqual([])
  })
})

test.each([
  'What is due is done.',
  'Of a rule: its version.',
  'Told what went wrong.',
  'The application is told once.',
  '3 is no mode.',
  'a queue object is none',
  'knobs are set back',
  'Who asks for a key shares the result.',
])('the habit in "%s" is found', text => {
  expect(habitsIn([{ file: 'a', at: 1, text }])).toHaveLength(1)
})

test.each([
  'What is known of each action.',
  'There is no limit.',
  'The lease, or why there is none.',
  'It is no longer reported.',
  'None of them is valid.',
  'What one poll found.',
])('"%s" is plain English', text => {
  expect(habitsIn([{ file: 'a', at: 1, text }])).toEqual([])
})

interface Line {
  readonly file: string
  readonly at: number
  readonly text: string
}

function linesOf(pattern: string, textOf: (line: string) => string | undefined): Line[] {
  return globSync(pattern, { cwd: root, exclude: name => name === 'node_modules' }).flatMap(file =>
    readFileSync(root + file, 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const text = textOf(line)?.trim()
        return text === undefined || text === '' ? [] : [{ file, at: index + 1, text }]
      }),
  )
}

function habitsIn(lines: readonly Line[]): string[] {
  return lines
    .filter(({ text }) => HABITS.some(habit => habit.test(text)))
    .map(({ file, at, text }) => `${file}:${at} ${text}`)
}
