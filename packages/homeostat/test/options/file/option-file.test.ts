import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readHomeostatOptions } from '../../../src/options/read-options.ts'
import { modesOf, OptionFiles } from './option-files.ts'

const files = new OptionFiles()

describe('a file of options', () => {
  it('gives options of every kind, in snake_case or as in code', () => {
    const { options, lines: problems } = files.read(`
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
    const { options } = files.read(
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
    const { options, lines: problems } = files.read(
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
    const { program } = files.read("rules: [{ alert: Mine, expr: 'x > 1' }]\nresponses: []")
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
    const { lines: problems } = files.read(text)
    expect(problems[0]).toMatch(line)
    for (const problem of problems) expect(problem).not.toMatch(/[\n\r]/)
  })

  it('a text of brackets is refused as invalid YAML, and the process goes on', () => {
    const { lines: problems } = files.read(`mode: ${'['.repeat(50_000)}`)
    expect(problems).toEqual([expect.stringMatching(/^homeostat\.yaml:1:\d+: is not YAML that can be read/)])
  })

  it('shows nothing of a text that may be a secret', () => {
    const { lines: problems } = files.read(
      'mode: hunter2-hunter2\nkill_signal: ${SECRET}\ncoordinator: redis://:hunter2@r',
      {
        environment: { SECRET: 'hunter2' },
      },
    )
    expect(problems).toHaveLength(3)
    for (const line of problems) expect(line).not.toContain('hunter2')
  })
})

describe('where the file is', () => {
  const OTEL = (block: string): string =>
    `file_format: "1.0"\nresource: { attributes: [{ name: a, value: "\${B}" }] }\ndistribution:\n  other: {}\n${block}`

  it("is the file of OpenTelemetry's configuration, in its slot for distributions", () => {
    const file = files.write('otel.yaml', OTEL('  homeostat:\n    mode: shadow\n    pg: { mode: atc }\n'))
    const { options } = readHomeostatOptions({ environment: { OTEL_CONFIG_FILE: file } })
    expect(options).toMatchObject({ mode: 'shadow', pg: {} })
    expect(files.lines).toEqual([
      expect.stringMatching(/^otel\.yaml:7:17: pg\.mode is "atc", but must be .*; did you mean act\?$/),
    ])
  })

  it.each(['', '  homeostat:\n'])('a file without options of ours (%j) is accepted', block => {
    const file = files.write('otel.yaml', OTEL(block))
    const checked = readHomeostatOptions({ mode: 'act', environment: { OTEL_CONFIG_FILE: file } })
    expect(files.lines).toEqual([])
    expect(modesOf(checked)[0]).toBe('act')
  })

  it('is homeostat.yaml in the working directory, unless that of OpenTelemetry has options', () => {
    const options = (environment: string): unknown => {
      const script = `
        import { readHomeostatOptions } from ${JSON.stringify(new URL('../../../src/options/read-options.ts', import.meta.url).href)}
        console.log(JSON.stringify(readHomeostatOptions({ environment: ${environment} }).options.mode ?? null))`
      return execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: files.folder,
        encoding: 'utf8',
      }).trim()
    }
    files.write('otel.yaml', OTEL('  homeostat: { mode: off }'))
    files.write('plain.yaml', OTEL(''))
    expect(options('{}')).toBe('null')
    files.write('homeostat.yaml', 'mode: shadow')
    expect(options('{}')).toBe('"shadow"')
    expect(options("{ OTEL_CONFIG_FILE: 'otel.yaml' }")).toBe('"off"')
    expect(options("{ OTEL_CONFIG_FILE: 'plain.yaml' }")).toBe('"shadow"')
    files.write('mine.yaml', 'mode: act')
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
    files.write('large.yaml', '#'.repeat(1024 * 1024 + 1))
    const environment = { HOMEOSTAT_CONFIG_FILE: name.includes('\0') ? name : join(files.folder, name) }
    const checked = readHomeostatOptions({ mode: 'act', pg: { mode: 'act' }, environment })
    expect(files.warnings).toEqual([expect.stringMatching(line)])
    expect(modesOf(checked)).not.toContain('act')
  })

  it('a pipe is not waited for', () => {
    const path = join(files.folder, 'pipe')
    execFileSync('mkfifo', [path])
    readHomeostatOptions({ environment: { HOMEOSTAT_CONFIG_FILE: path } })
    expect(files.warnings).toEqual([expect.stringMatching(/is a pipe, and only a regular file is read/)])
  })
})
