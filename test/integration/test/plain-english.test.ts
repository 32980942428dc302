import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The habits of CONTRIBUTING, "Plain English", as far as a pattern finds them without taking good English for them. */
const HABITS: readonly RegExp[] = [
  // A clause as the subject: "What is due is done".
  /(?:^|[.!?] )Who (?:is|has|was|asks|waits|knows|reads|collects)\b/,
  /(?:^|[.!?] )(?:Whatever|Whoever|Whichever)\b/,
  /^What (?:is|was|has been|nobody|somebody) (?:(?! (?:that|which|who|whose|whom|where|when|if) )[^.:;,]){1,60}? (?:is|are|was|were|has|does|goes|stays|comes|ends|counts|waits|proves)\b(?! (?:of|under|about|in|for|to)\b)/,
  /(?:^|[.!?] )What [^.;:,?]{1,80}?(?<!\b(?:that|which|who|where|there|if)) (?:is|are) (?:never|always|missing|not|left out|gone)\b/,
  // "Of" fragments: "Of a rule: its version".
  /(?:^|[.!?] )Of (?:a|an|the|two|ten|several|each|all|these|those|what|both|\d+)\b/,
  // told, said, looked at, at hand.
  /\b(?:is|are|was|were|be|been) told\b/,
  /\b(?:is|are|was|were|be|been) said\b/,
  /^(?:Told|Said|Seen)\b/,
  /\bat hand\b/,
  // "3 is no mode".
  /(?<!\bthere )\b(?:is|are) none\b(?! of\b)/i,
  /(?<=\S )(?<!\bthere )\b(?:is|are) no (?!longer\b|more\b|less\b|better\b|worse\b|later\b|earlier\b|such\b|larger\b|smaller\b|fewer\b|one\b)[a-z]+ ?(?:[.,;:]|$)/i,
  /\bis nobody's\b/,
  // "one a tick" for a rate; "once a minute" is good English.
  /\b(?:once|one|many times|entry|file|line|list of \w+) an? (?:tick|export|collection|operation|query|key|rule|run)\b/,
  // "set back" for "reverted".
  /\bset back\b/,
  /\b(?:sets|setting) (?:it|them) back\b/,
  // "makes one of the options" for "makes one from the options".
  /\bmakes one by itself,? of\b/,
]

describe('texts have none of the habits that CONTRIBUTING forbids', () => {
  test('comments', () => {
    const lines = linesOf(
      '{packages,test,examples}/*/{src,test}/**/*.ts',
      line => /^\s*(?:\/\/|\/\*\*|\*) ?(.*?)(?: ?\*\/)?$/.exec(line)?.[1],
    )
    expect(lines.length).toBeGreaterThan(5000)
    // This file names the habits.
    expect(habitsIn(lines.filter(({ file }) => !file.endsWith('plain-english.test.ts')))).toEqual([])
  })

  test('names of tests', () => {
    const title = /(?:\b(?:it|test|describe)(?:\.\w+(?:\([^)]*\))?)*\(|\)\()(?<quote>['"`])(?<title>.*?)\k<quote>,/
    const lines = linesOf('{packages,test,examples}/*/test/**/*.test.ts', line => title.exec(line)?.groups?.['title'])
    expect(lines.length).toBeGreaterThan(1000)
    expect(habitsIn(lines)).toEqual([])
  })

  test('texts that are shown', () => {
    const lines = linesOf(
      '{packages,examples}/*/src/**/*.ts',
      line => /(['"`])(?<text>[A-Za-z][^'"`]{19,})\1/.exec(line)?.groups?.['text'],
    )
    expect(lines.length).toBeGreaterThan(500)
    expect(habitsIn(lines)).toEqual([])
  })

  test('documents', () => {
    const lines = linesOf('{*.md,{packages,examples,test}/*/README.md,packages/*/docs/*.md}', line =>
      line.replace(/^\s*(?:[-*>]|\d+\.) /, ''),
    )
    expect(lines.length).toBeGreaterThan(2000)
    // The page that lists the habits shows examples of them.
    expect(habitsIn(lines.filter(({ file }) => file !== 'CONTRIBUTING.md'))).toEqual([])
  })
})

test.each([
  'What is due is done.',
  'What a bundler has put into one file is never required.',
  'Of a rule: its version.',
  'Told what went wrong.',
  'The application is told once.',
  '3 is no mode.',
  'a queue object is none',
  'knobs are set back',
  'Who asks for a key shares the result.',
  'Libraries are patched when they load. Whatever was loaded before stays unpatched.',
  'Of the ten slices, the cheapest counts.',
  'A refusal is said again.',
  "An answer after the end is nobody's.",
  'State in files, one a key.',
  'the end of Homeostat sets it back',
  'homeostat() makes one by itself, of the options it is given',
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
  'What stopping means for a server that is not ours.',
  'It works, whatever the queue holds.',
  'It is checked once a minute.',
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
