import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HomeostatOptions, Mode } from '../../../src/index.ts'
import { providedActions } from '../../../src/domains/provided-actions.ts'
import type { Modes } from '../../../src/options/modes.ts'
import { readModes } from '../../../src/options/modes.ts'
import type { CheckedOptions } from '../../../src/options/read-options.ts'
import { readHomeostatOptions } from '../../../src/options/read-options.ts'
import { domainsOf } from '../../../src/domains/domains.ts'

let folder: string
let warnings: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-file-'))
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(message => void warnings.push(String(message)))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** The options of a file of our own, and the warnings without the folder. */
function read(
  text: string,
  { code = {}, environment = {} }: { code?: HomeostatOptions; environment?: Record<string, string> } = {},
): CheckedOptions & { readonly lines: readonly string[] } {
  const file = write('homeostat.yaml', text)
  const checked = readHomeostatOptions({ ...code, environment: { HOMEOSTAT_CONFIG_FILE: file, ...environment } })
  return { ...checked, lines: lines() }
}

const lines = (): string[] => warnings.map(line => line.replaceAll(`${folder}/`, ''))

const DOMAINS = domainsOf({}).map(([domain]) => domain)

function readModesOf(checked: CheckedOptions): Modes {
  const options = checked.options as Readonly<Record<string, { readonly mode?: Mode } | false | undefined>>
  const modeOf = (name: string): Mode | undefined => (options[name] || undefined)?.mode
  return readModes(
    checked,
    DOMAINS.map(domain => [domain, modeOf(domain.name)]),
    () => undefined,
  )
}

/** The modes that anything comes to. */
function modesOf(checked: CheckedOptions): string[] {
  const modes = readModesOf(checked)
  const actions = DOMAINS.flatMap(providedActions).map(({ name }) => name)
  return [modes.base, ...DOMAINS.map(modes.ofDomain), ...actions.map(modes.ofAction)]
}

describe('a file of options', () => {
  it('gives options of every kind, in snake_case or as in code', () => {
    const { options, lines: problems } = read(`
mode: act
max_mode: advise
intervalMs: 1000
pg:
  mode: shadow
  slow_query_threshold_ms: 250
bullmq: false
action_modes: { cache.warm: act }
rule_files: [a.yml, b.yml]
watchdog: { limit_ms: 5000 }
`)
    expect(problems).toEqual([])
    expect(options).toMatchObject({
      mode: 'act',
      maxMode: 'advise',
      intervalMs: 1000,
      pg: { mode: 'shadow', slowQueryThresholdMs: 250 },
      bullmq: false,
      actionModes: { 'cache.warm': 'act' },
      ruleFiles: ['a.yml', 'b.yml'],
      watchdog: { limitMs: 5000 },
    })
  })

  it('is weaker than variables, and variables are weaker than code', () => {
    const { options } = read(
      'mode: act\nintervalMs: 1000\nwarmUpMs: 1\npg: { slow_query_threshold_ms: 1, mode: off }',
      {
        code: { mode: 'shadow', pg: { mode: 'advise' } },
        environment: { HOMEOSTAT_MODE: 'off', HOMEOSTAT_INTERVAL_MS: '2000' },
      },
    )
    expect(options).toMatchObject({
      mode: 'shadow',
      intervalMs: 2000,
      warmUpMs: 1,
      pg: { slowQueryThresholdMs: 1, mode: 'advise' },
    })
  })

  it('refers to variables; what is not set counts as not given', () => {
    const { options, lines: problems } = read(
      'mode: ${MODE:-shadow}\nservice: ${SERVICE}\ninterval_ms: ${INTERVAL}\nmax_mode: ${NONE}\nkill_file: "${INTERVAL}"\npg:',
      { environment: { INTERVAL: '1000' } },
    )
    expect(problems).toEqual([])
    expect(options).toMatchObject({ mode: 'shadow', intervalMs: 1000, killFile: '1000' })
    expect(options).not.toHaveProperty('maxMode')
    expect(options).not.toHaveProperty('service')
    expect(options).not.toHaveProperty('pg')
  })

  it('holds rules and responses as well', async () => {
    const { program } = read("rules: [{ alert: Mine, expr: 'x > 1' }]\nresponses: []")
    const steps = program.read()
    let next = steps.next()
    while (!next.done) next = steps.next()
    expect(next.value).toMatchObject({ rules: [{ alert: 'Mine' }], responses: [], problems: [] })
  })

  it.each([
    ['mod: act', 'homeostat.yaml:1:6: mod is not an option and is ignored; did you mean mode?'],
    [
      'pg:\n  slow_query_treshold_ms: 5',
      'homeostat.yaml:2:27: pg.slow_query_treshold_ms is not an option of pg and is ignored; did you mean slow_query_threshold_ms?',
    ],
    ['\nmax_mode: atc', /^homeostat\.yaml:2:11: max_mode is "atc", but must be .*; did you mean act\?$/],
    ['interval_ms: "5s"', /^homeostat\.yaml:1:14: interval_ms is the text "5s", but must be .*; 5000 is used$/],
    ['rule_files: [a.yml, 5]', /^homeostat\.yaml:1:21: rule_files\[1\] is 5, but must be/],
    ['- mode', /^homeostat\.yaml:1:1: options is a list of 1, but must be .*nothing goes further than advise$/],
    ['act', /^homeostat\.yaml:1:1: options is a text of 3 characters, but must be/],
    ['actions: [{ name: a }]', 'homeostat.yaml:1:10: actions can only be given in code, and is ignored'],
    ['environment: { A: b }', 'homeostat.yaml:1:14: environment can only be given in code, and is ignored'],
    [
      'maxMode: act\nmax_mode: off',
      'homeostat.yaml:1:10: maxMode is given twice, in snake_case and as in code; the first one is used',
    ],
    ['service: ${A B}', /^homeostat\.yaml:1:10: service refers to something else than an environment variable: write /],
    ['mode: act\nmode: off', /^homeostat\.yaml:2:1: is not YAML that can be read; none of its options is used/],
    ['mode: [', /^homeostat\.yaml:\d+:\d+: is not YAML that can be read/],
    ['a: *none', /^homeostat\.yaml:1:4: is not YAML that can be read/],
    ['__proto__: { mode: act }\nconstructor: 1', /^homeostat\.yaml:1:12: __proto__ is not an option and is ignored/],
  ])('%j is reported in one line, with its place', (text, line) => {
    const { lines: problems } = read(text)
    expect(problems[0]).toMatch(line)
    for (const problem of problems) expect(problem).not.toMatch(/[\n\r]/)
  })

  it('a text of brackets is refused as invalid YAML, and the process goes on', () => {
    const { lines: problems } = read(`mode: ${'['.repeat(50_000)}`)
    expect(problems).toEqual([expect.stringMatching(/^homeostat\.yaml:1:\d+: is not YAML that can be read/)])
  })

  it('shows nothing of a text that may be a secret', () => {
    const { lines: problems } = read('mode: hunter2-hunter2\nkill_signal: ${SECRET}\ncoordinator: redis://:hunter2@r', {
      environment: { SECRET: 'hunter2' },
    })
    expect(problems).toHaveLength(3)
    for (const line of problems) expect(line).not.toContain('hunter2')
  })
})

describe('where the file is', () => {
  const OTEL = (block: string): string =>
    `file_format: "1.0"\nresource: { attributes: [{ name: a, value: "\${B}" }] }\ndistribution:\n  other: {}\n${block}`

  it("is the file of OpenTelemetry's configuration, in its slot for distributions", () => {
    const file = write('otel.yaml', OTEL('  homeostat:\n    mode: shadow\n    pg: { mode: atc }\n'))
    const { options } = readHomeostatOptions({ environment: { OTEL_CONFIG_FILE: file } })
    expect(options).toMatchObject({ mode: 'shadow', pg: {} })
    expect(lines()).toEqual([
      expect.stringMatching(/^otel\.yaml:7:17: pg\.mode is "atc", but must be .*; did you mean act\?$/),
    ])
  })

  it.each(['', '  homeostat:\n'])('a file without options of ours (%j) is accepted', block => {
    const file = write('otel.yaml', OTEL(block))
    const checked = readHomeostatOptions({ mode: 'act', environment: { OTEL_CONFIG_FILE: file } })
    expect(lines()).toEqual([])
    expect(modesOf(checked)[0]).toBe('act')
  })

  it('is homeostat.yaml in the working directory, unless that of OpenTelemetry has options', () => {
    const options = (environment: string): unknown => {
      const script = `
        import { readHomeostatOptions } from ${JSON.stringify(new URL('../../../src/options/read-options.ts', import.meta.url).href)}
        console.log(JSON.stringify(readHomeostatOptions({ environment: ${environment} }).options.mode ?? null))`
      return execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: folder,
        encoding: 'utf8',
      }).trim()
    }
    write('otel.yaml', OTEL('  homeostat: { mode: off }'))
    write('plain.yaml', OTEL(''))
    expect(options('{}')).toBe('null')
    write('homeostat.yaml', 'mode: shadow')
    expect(options('{}')).toBe('"shadow"')
    expect(options("{ OTEL_CONFIG_FILE: 'otel.yaml' }")).toBe('"off"')
    expect(options("{ OTEL_CONFIG_FILE: 'plain.yaml' }")).toBe('"shadow"')
    write('mine.yaml', 'mode: act')
    expect(options("{ OTEL_CONFIG_FILE: 'otel.yaml', HOMEOSTAT_CONFIG_FILE: 'mine.yaml' }")).toBe('"act"')
  })

  it.each([
    [
      'none.yaml',
      /none\.yaml, which HOMEOSTAT_CONFIG_FILE names, cannot be read \(ENOENT\); none of its options is used/,
    ],
    ['.', /is a folder, and only a regular file is read/],
    ['large.yaml', /has more than 1048576 bytes and is not read/],
    ['a\0b', /cannot be read \(ERR_INVALID_ARG_VALUE\)/],
  ])('a file %j that cannot be read is one line, and nothing acts', (name, line) => {
    write('large.yaml', '#'.repeat(1024 * 1024 + 1))
    const environment = { HOMEOSTAT_CONFIG_FILE: name.includes('\0') ? name : join(folder, name) }
    const checked = readHomeostatOptions({ mode: 'act', pg: { mode: 'act' }, environment })
    expect(warnings).toEqual([expect.stringMatching(line)])
    expect(modesOf(checked)).not.toContain('act')
  })

  it('a pipe is not waited for', () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    readHomeostatOptions({ environment: { HOMEOSTAT_CONFIG_FILE: path } })
    expect(warnings).toEqual([expect.stringMatching(/is a pipe, and only a regular file is read/)])
  })
})

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
    expect(modesOf(read(text, { code: { mode: 'act' } }))).not.toContain('act')
  })

  it('of a package, holds for that package only', () => {
    const checked = read('mode: act\npg: { mode: acct }')
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
          warnings = []
          const checked = read(text)
          for (const line of warnings) expect(line).not.toMatch(/[\n\r]/)
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
          expect(modesOf(read(JSON.stringify(limit)))).not.toContain('act')
        },
      ),
      { numRuns: 150 },
    )
  })
})
