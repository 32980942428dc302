import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { examplesOfDocument, examplesOfSource, examplesWithoutCode, type Example } from './example.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

const DOCUMENTS = [
  'README.md',
  'examples/*/README.md',
  'packages/*/README.md',
  'packages/*/docs/*.md',
  'test/*/README.md',
]
const SOURCES = ['packages/*/src/**/*.ts']

/** The examples of each document and of each source file that has some. */
export function allExamples(): Example[][] {
  const pages = [
    ...filesOf(DOCUMENTS).map(({ file, text }) => examplesOfDocument(file, text)),
    ...filesOf(SOURCES).map(({ file, text }) => examplesOfSource(file, text)),
  ]
  return pages.filter(page => page.length > 0)
}

/** Where a TSDoc comment has an `@example` that shows no block of code. */
export function placesWithoutCode(): string[] {
  return filesOf(SOURCES).flatMap(({ file, text }) => examplesWithoutCode(text).map(line => `${file}:${line}`))
}

function filesOf(patterns: readonly string[]): { readonly file: string; readonly text: string }[] {
  return globSync([...patterns], { cwd: root })
    .toSorted()
    .map(file => ({ file, text: readFileSync(`${root}${file}`, 'utf8') }))
}
