import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandRun } from './command-run.ts'
import { commandRun } from './command-run.ts'

const RULES = `groups:
  - name: g
    rules:
      - { record: 'x:sum', expr: sum(x) }
      - { alert: High, expr: 'x:sum > 1', for: 1m, labels: { severity: high } }
`
const RESPONSES = 'responses: [{ alert: High, action: cache.warm, priority: slo, clear: x:sum < 1 }]'
const TEST = `rule_files: [good.yml, none-*.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    name: high
    input_series: [{ series: 'x{i="1"}', values: '1+1x5' }]
    alert_rule_test:
      - { eval_time: 2m, alertname: High, exp_alerts: [{ exp_labels: { severity: LEVEL } }] }
    promql_expr_test:
      - { expr: 'x:sum', eval_time: 2m, exp_samples: [{ labels: 'x:sum', value: 3 }] }
`

let folder: string
/** What the command finds on its standard input. */
let input = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-cli-'))
  const files = {
    'good.yml': RULES,
    'bad.yml': RULES.replace('sum(x)', 'sum(x'),
    'twice.yml': `${RULES}      - { record: 'x:sum', expr: x }\n`,
    'pass.test.yml': TEST.replace('LEVEL', 'high'),
    'fail.test.yml': TEST.replace('LEVEL', 'low'),
    'responses.yml': RESPONSES,
    'endless.yml': RESPONSES.replace('< 1', '< 2'),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]): Promise<CommandRun> => commandRun(folder, args, input)

describe('homeostat rules check', () => {
  test('counts the rules of files that are well', async () => {
    expect(await run('rules', 'check', 'good.yml')).toEqual({
      code: 0,
      out: 'Checking ~/good.yml\n  SUCCESS: 2 rules found\n',
      error: '',
    })
  })

  test('names every problem with file, line and column, and goes on with the next file', async () => {
    expect(await run('rules', 'check', 'bad.yml', 'good.yml')).toEqual({
      code: 1,
      out: 'Checking ~/bad.yml\nChecking ~/good.yml\n  SUCCESS: 2 rules found\n',
      error:
        '  FAILED:\n~/bad.yml:4:34: group "g", rule 1, "x:sum": could not parse expression: 1:6: parse error: unclosed left parenthesis',
    })
  })

  test('warns of duplicate rules, and fails for them only when asked to', async () => {
    const warned = await run('rules', 'check', 'twice.yml')
    expect(warned).toEqual({
      code: 0,
      out: 'Checking ~/twice.yml\n',
      error:
        '  FAILED:\nlint error 1 duplicate rule(s) found.\nMetric: x:sum\nLabel(s):\nMight cause inconsistency while recording expressions',
    })
    expect((await run('rules', 'check', '--lint-fatal', 'twice.yml')).code).toBe(3)
    expect(await run('rules', 'check', '--lint=none', 'twice.yml')).toMatchObject({ code: 0, error: '' })
    expect(await run('rules', 'check', '--lint=some,all', '--lint-fatal', 'twice.yml')).toMatchObject({
      code: 3,
      out: expect.stringContaining('WARNING: unknown lint option: "some"'),
    })
  })

  test('reads the standard input when no file is named', async () => {
    input = RULES
    expect(await run('rules', 'check')).toEqual({
      code: 0,
      out: 'Checking standard input\n  SUCCESS: 2 rules found\n',
      error: '',
    })
    input = 'groups: 5'
    expect(await run('rules', 'check')).toMatchObject({
      code: 1,
      error: expect.stringContaining('standard input:1:9: groups'),
    })
  })

  test('ignores unknown fields and allows experimental functions when asked to', async () => {
    input = RULES.replace('name: g', 'name: g\n    owner: me').replace('sum(x)', "'mad_over_time(x[5m])'")
    expect((await run('rules', 'check')).error).toMatch(
      /field "owner" not found[^]*function "mad_over_time" is not enabled/,
    )
    const allowed = await run(
      'rules',
      'check',
      '--ignore-unknown-fields',
      '--enable-feature=promql-experimental-functions',
    )
    expect(allowed).toMatchObject({ code: 0, error: '' })
    expect((await run('rules', 'check', '--enable-feature=magic', 'good.yml')).out).toContain(
      '  WARNING: Unknown feature passed to --enable-feature: magic',
    )
  })
})

test('homeostat rules check reads files of responses beside the rules they answer', async () => {
  expect(await run('rules', 'check', 'good.yml', 'responses.yml')).toEqual({
    code: 0,
    out: 'Checking ~/good.yml\n  SUCCESS: 2 rules found\n\nChecking ~/responses.yml\n  SUCCESS: 1 response found\n',
    error: '',
  })
  expect(await run('rules', 'check', 'good.yml', 'endless.yml')).toMatchObject({
    code: 1,
    error: '  FAILED:\n~/endless.yml:1:70: "x:sum < 2" holds while the alert still does ("x:sum > 1"): leave a gap',
  })
})

describe('homeostat rules test', () => {
  test('reports success when all is as expected', async () => {
    expect(await run('rules', 'test', 'pass.test.yml')).toEqual({
      code: 0,
      out: 'Unit Testing:  ~/pass.test.yml\n  SUCCESS\n',
      error: '  WARNING: no file match pattern ~/none-*.yml',
    })
  })

  test('shows what was expected and what came', async () => {
    expect(await run('rules', 'test', 'fail.test.yml', 'pass.test.yml')).toMatchObject({
      code: 1,
      out: 'Unit Testing:  ~/fail.test.yml\n\n\nUnit Testing:  ~/pass.test.yml\n  SUCCESS\n',
      error: expect.stringContaining(`  FAILED:
    name: high,
    alertname: High, time: 2m, 
        exp:[
            0:
              Labels:{alertname="High", severity="low"}
              Annotations:{}
            ], 
        got:[
            0:
              Labels:{alertname="High", severity="high"}
              Annotations:{}
            ]`),
    })
  })
})

describe('options of homeostat rules test', () => {
  test('--run takes only tests whose names match', async () => {
    expect((await run('rules', 'test', '--run=low', '--run=^hig', 'fail.test.yml')).code).toBe(1)
    expect(await run('rules', 'test', '--run=low', 'fail.test.yml')).toMatchObject({ code: 0 })
  })

  test('--diff shows what differs in colours', async () => {
    expect((await run('rules', 'test', '--diff', 'fail.test.yml')).error).toContain(`    alertname: High, time: 2m, 
        diff: [
                {
                    "Annotations": {},
                    "Labels": {
                        "alertname": "High",
                        "severity": \u001B[0;33m"low" => "high"\u001B[0m
                    }
                }
            ]`)
  })

  test('--debug shows what was there', async () => {
    const { error } = await run('rules', 'test', '--debug', 'pass.test.yml')
    expect(error).toMatch(/DEBUG: Starting test high\n[^]*DEBUG: Test high finished, took [\d.]+ms/)
    expect(error).toContain('DEBUG: Dump of all data (input_series and rules) at 2m1s:')
    expect(error).toContain('{__name__="x", i="1"} =>\n2 @[60000]\n3 @[120000]')
    expect(error).toContain('{__name__="x:sum"} =>\n2 @[60000]')
  })

  test('--junit also writes the results as JUnit XML', async () => {
    const results = join(folder, 'results.xml')
    await run('rules', 'test', `--junit=${results}`, 'pass.test.yml', 'fail.test.yml', 'bad.yml')
    const xml = (await readFile(results, 'utf8')).replaceAll(`${folder}/`, '~/')
    expect(xml).toMatch(
      /^<testsuites><testsuite name="~\/pass.test.yml" tests="1" failures="0" errors="0" skipped="0" timestamp="[\d:T-]{19}"><testcase name="high"><\/testcase><\/testsuite>/,
    )
    expect(xml).toMatch(
      /<testsuite name="~\/fail.test.yml" tests="1" failures="1" .*<failure>    name: high,&#xA;    alertname: High/,
    )
    expect(xml).toMatch(
      /<testsuite name="~\/bad.yml" tests="1" failures="0" errors="1" .*<testcase name="unknown"><error>/,
    )
  })
})

test.each([
  [[], 'command not specified'],
  [['rules'], "must select a subcommand of 'rules'"],
  [['config'], "must select a subcommand of 'config'"],
  [['config', 'print', 'x'], "unexpected 'x'"],
  [['config', 'schema', 'x'], "unexpected 'x'"],
  [['rules', 'export', 'x'], "unexpected 'x'"],
  [['report', '1', 'x'], "unexpected 'x'"],
  [['backtest'], "required option '--from' not provided"],
  [['backtest', '--from=x'], "required option '--rules' not provided"],
  [['backtest', 'stray.yml', '--from=x'], "unexpected '~/stray.yml'"],
])('called as %j it lacks an argument or has one too many: exit code 2', async (args, reason) => {
  expect(await run(...args)).toEqual({ code: 2, out: '', error: `homeostat: error: ${reason}, try --help` })
})

test.each([
  [['rule'], 'expected command but got "rule"; did you mean rules? Try --help'],
  [['toString'], 'expected command but got "toString", try --help'],
  [['rules', 'lint'], `expected 'check' or 'test' or 'export' but got "lint", try --help`],
  [['rules', 'chek'], `expected 'check' or 'test' or 'export' but got "chek"; did you mean check? Try --help`],
  [['rules', 'test', '--lint-fatal', 'good.yml'], "'--lint-fatal' belongs to 'rules check', try --help"],
  [['rules', 'check', '--run=x', 'good.yml'], "'--run' belongs to 'rules test', try --help"],
  [['rules', 'check', '--fix', 'good.yml'], "unknown option '--fix', try --help"],
  [
    ['rules', 'check', '--lint-fatel', 'good.yml'],
    "unknown option '--lint-fatel'; did you mean --lint-fatal? Try --help",
  ],
  [['--fix'], "unknown option '--fix', try --help"],
  [['backtest', '--jsn'], "unknown option '--jsn'; did you mean --json? Try --help"],
])('%j names what does not exist: exit code 2', async (args, reason) => {
  expect(await run(...args)).toEqual({ code: 2, out: '', error: `homeostat: error: ${reason}` })
})

test('options may stand before and between the words of a command', async () => {
  const expected = { code: 3, error: expect.stringContaining('1 duplicate rule(s) found') }
  expect(await run('--lint', 'all', 'rules', '--lint-fatal', 'check', 'twice.yml')).toMatchObject(expected)
  expect(await run('--lint-fatal', 'rules', 'check', 'twice.yml')).toMatchObject(expected)
})

test('a value that is missing or too much is a wrong call', async () => {
  expect(await run('rules', 'check', '--lint')).toMatchObject({ code: 2, error: expect.stringContaining("'--lint") })
  expect(await run('rules', 'check', '--lint-fatal=no', 'good.yml')).toMatchObject({
    code: 2,
    error: expect.stringContaining("'--lint-fatal' does not take an argument"),
  })
})

test('the installed command is a file that runs, with help, version and exit code', { timeout: 60_000 }, async () => {
  const manifest: unknown = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'))
  expect(manifest).toMatchObject({ bin: { homeostat: './dist/cli/cli.js' } })
  const file = join(import.meta.dirname, '../../dist/cli/cli.js')
  expect((await readFile(file, 'utf8')).split('\n')[0]).toBe('#!/usr/bin/env node')
  const started = (...args: string[]): Promise<{ code: unknown; text: string }> =>
    new Promise(resolve => {
      execFile(process.execPath, [file, ...args], { cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, text: stdout + stderr }),
      )
    })
  expect(await started('--version')).toEqual({ code: 0, text: 'homeostat 0.1.0\n' })
  expect(await started('rules', '--help')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^usage: homeostat rules/),
  })
  expect(await started('rules', 'test', 'pass.test.yml')).toMatchObject({ code: 0 })
  expect(await started('rules', 'test', 'fail.test.yml')).toMatchObject({ code: 1 })
})
