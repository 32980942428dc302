import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DOMAINS, modesOf, OptionFiles, readModesOf } from './option-files.ts'

const files = new OptionFiles()

describe('a mode that is wrong in a file never acts', () => {
  it.each([
    'mode: ACT!',
    'mode: [act]',
    'max_mode: none',
    'maxmod: off',
    'max_modes: advise',
    'mode: "',
    'mode: ${A:?b}',
    'max_mode: advise\nmaxMode: act',
  ])('%j', text => {
    expect(modesOf(files.read(text, { code: { mode: 'act' } }))).not.toContain('act')
  })

  it('of a package, holds for that package only', () => {
    const checked = files.read('mode: act\npg: { mode: acct }')
    const modes = readModesOf(checked)
    const modeOf = (name: string): string => modes.ofDomain(DOMAINS.find(domain => domain.name === name)!)
    expect([modes.base, modeOf('bullmq'), modeOf('pg')]).toEqual(['act', 'act', 'advise'])
  })

  const LIMITS = ['off', 'shadow', 'advise'] as const
  const scalar = fc.oneof(
    fc.constantFrom('act', 'ACT', 'atc', 'off', 'advise', '${A}', '${A:-act}', '${A:?}', '$', '', '&a', '*a', '!!x'),
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const names = fc.constantFrom(
    ...'mode max_mode maxMode maxmode pg cache action_modes actionModes cache.warm rules responses domains'.split(' '),
    ...'log __proto__ constructor environment watchdog coordinator <<'.split(' '),
  )
  const { value } = fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(names, tie('value'), { maxKeys: 6 }),
    ),
  }))

  it('whatever stands in the file: it never throws, each problem is one line, and a wrong limit holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          value.map(given => JSON.stringify(given)),
        ),
        text => {
          files.warnings = []
          const checked = files.read(text)
          for (const line of files.warnings) expect(line).not.toMatch(/[\n\r]/)
          expect(() => modesOf(checked)).not.toThrow()
        },
      ),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(
        fc.dictionary(names, value, { maxKeys: 4 }),
        fc.oneof(fc.string(), fc.integer(), fc.constant(['act']), fc.constantFrom('ACT!', 'acct', 'none')),
        (given, wrong) => {
          const limit = { ...given, mode: 'act', max_mode: wrong }
          fc.pre(typeof wrong !== 'string' || !['act', ...LIMITS, ''].includes(wrong.trim()))
          fc.pre(typeof wrong !== 'string' || !wrong.includes('$'))
          expect(modesOf(files.read(JSON.stringify(limit)))).not.toContain('act')
        },
      ),
      { numRuns: 150 },
    )
  })
})
