import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { liveChecks } from '../../src/doctor/live/live-checks.ts'
import { staticChecks } from '../../src/doctor/static/static-checks.ts'

const file = new URL('../../docs/doctor.md', import.meta.url)

type Described = (typeof liveChecks | typeof staticChecks)[number]

function sections(checks: readonly Described[]): string {
  const index = checks.map(({ id, what }) => `- [${id}](#${id}): ${what}`).join('\n')
  const each = checks.map(({ id, what, why, fix }) => `### ${id}\n\n${what}\n\n${why}\n\nFix: ${fix}`)
  return [index, ...each].join('\n\n')
}

/** Without what the formatter adds. */
function plain(text: string): string {
  return text.replaceAll(/\\(?=[_*])/g, '').trim()
}

it.each([
  ['checks', staticChecks],
  ['live checks', liveChecks],
] as const)('the documentation has a section for each of the %s, as in the code', (name, checks) => {
  const text = readFileSync(file, 'utf8')
  const [beginning, ending] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const [begin, end] = [text.indexOf(beginning) + beginning.length, text.indexOf(ending)]
  if (process.env['UPDATE_OPTION_DOCUMENTS'] === '1')
    return writeFileSync(file, `${text.slice(0, begin)}\n\n${sections(checks)}\n\n${text.slice(end)}`)
  expect(plain(text.slice(begin, end))).toBe(plain(sections(checks)))
})

it('identifiers are unique and in kebab-case', () => {
  const ids = [...staticChecks, ...liveChecks].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[a-z]+(?:-[a-z]+)+$/)
})
