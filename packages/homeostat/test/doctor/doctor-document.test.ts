import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checks } from '../../src/doctor/static/checks.ts'

const file = new URL('../../docs/doctor.md', import.meta.url)
const [BEGIN, END] = ['<!-- checks: begin -->', '<!-- checks: end -->']

function sections(): string {
  const index = checks.map(({ id, what }) => `- [${id}](#${id}): ${what}`).join('\n')
  const each = checks.map(({ id, what, why, fix }) => `### ${id}\n\n${what}\n\n${why}\n\nFix: ${fix}`)
  return [index, ...each].join('\n\n')
}

/** Without what the formatter adds. */
function plain(text: string): string {
  return text.replaceAll(/\\(?=[_*])/g, '').trim()
}

it('the documentation has a section for each check, as in the code', () => {
  const text = readFileSync(file, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)]
  if (process.env['UPDATE_OPTION_DOCUMENTS'] === '1')
    return writeFileSync(file, `${text.slice(0, begin)}\n\n${sections()}\n\n${text.slice(end)}`)
  expect(plain(text.slice(begin, end))).toBe(plain(sections()))
})

it('identifiers are unique and in kebab-case', () => {
  const ids = checks.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[a-z]+(?:-[a-z]+)+$/)
})
