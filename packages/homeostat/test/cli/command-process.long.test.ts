import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/commands.ts'
import { commandsBelow } from '../../src/cli/help.ts'
import { runCli } from '../doctor/live/live-application.ts'

const cliFile = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-cli-'))
  writeFileSync(join(folder, 'package.json'), '{}')
  writeFileSync(join(folder, 'good.yml'), 'groups: [{ name: a, rules: [{ alert: A, expr: up > 1 }] }]\n')
  writeFileSync(join(folder, 'bad.yml'), 'groups: [{ name: a, rules: [{ alert: A, expr: up > }] }]\n')
  writeFileSync(
    join(folder, 'failing.test.yml'),
    'rule_files: [good.yml]\ntests: [{ alert_rule_test: [{ eval_time: 1m, alertname: A, exp_alerts: [{}] }] }]\n',
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const cli = (...args: string[]): ReturnType<typeof runCli> => runCli(args, folder)

it.each([
  [
    ['rules', 'check', '--json', 'good.yml'],
    0,
    { files: [{ file: 'good.yml', holds: 'rules', count: 1, errors: [] }] },
  ],
  [['rules', 'check', '--json', 'bad.yml'], 1, { files: [{ errors: [expect.stringContaining('bad.yml:1:')] }] }],
  [
    ['rules', 'test', '--json', 'failing.test.yml'],
    1,
    { files: [{ file: 'failing.test.yml', tests: expect.any(Array) }] },
  ],
  [['rules', 'export', '--json', '--package=pg'], 0, { groups: [{ name: expect.stringContaining('pg') }] }],
  [['config', 'print', '--json'], 0, { options: expect.any(Array) }],
  [['config', 'schema'], 0, { properties: expect.any(Object) }],
  [['doctor', '--json'], expect.any(Number), { findings: expect.any(Array) }],
])('%j prints one JSON object', async (args, code, content) => {
  const result = await cli(...args)
  expect(JSON.parse(result.out)).toMatchObject(content)
  expect({ code: result.code, error: result.error }).toEqual({ code, error: '' })
})

it.each([
  [['reprot'], 'expected command but got "reprot"; did you mean report? Try --help'],
  [['rules', 'chek'], 'did you mean check?'],
  [['doctor', '--jsn'], "unknown option '--jsn'; did you mean --json? Try --help"],
  [['completion', 'tcsh'], "expected bash, zsh or fish, got 'tcsh'"],
])('%j is one line and exit code 2', async (args, text) => {
  const { code, out, error } = await cli(...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(error).toContain(text)
  expect(error.trimEnd().split('\n')).toHaveLength(1)
})

it('every command has help with an example and exit codes, in 80 columns', async () => {
  for (const { notes } of await commandsBelow(commandLine)) {
    const { code, out } = await cli(...notes.words.split(' '), '--help')
    expect(code).toBe(0)
    const [usage, text] = [out.split('\n')[0], out.slice(0, out.indexOf('\nExamples:')).split('\n').slice(1)]
    expect(usage).toContain(`usage: homeostat ${notes.words}`)
    expect(text.filter(line => line.length > 80)).toEqual([])
    expect(out).toMatch(/\nExamples:\n {2}[^]*homeostat [^]*\n\nExit code: 0 /)
  }
})

it('names the file of a variable, and does not obey the file', async () => {
  writeFileSync(join(folder, '.env'), 'OTEL_METRICS_EXPORTER=none\nNODE_OPTIONS=--require ./no-such-file.cjs\n')
  const { out } = await cli('doctor', '--variables', '.env')
  expect(out).toContain('evidence: OTEL_METRICS_EXPORTER=none in .env')
  rmSync(join(folder, '.env'))
})

it('a reader may close the pipe early, as head does', async () => {
  const command = `"${process.execPath}" "${cliFile}" config schema | head -c 1; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command], { cwd: folder })
  expect({ stdout, stderr }).toEqual({ stdout: '{0\n', stderr: '' })
})

it.runIf(existsSync('/dev/full'))('output that cannot be written is one line, and ends the command', async () => {
  const command = `"${process.execPath}" "${cliFile}" config schema > /dev/full; echo "$?"`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command], { cwd: folder })
  expect({ stdout, stderr }).toEqual({
    stdout: '1\n',
    stderr: 'homeostat: error: the output cannot be written: no space is left\n',
  })
})

it('writes no colours into a pipe, also where an option asks for them', async () => {
  const { out, error } = await cli('rules', 'test', '--diff', 'failing.test.yml')
  expect(out + error).not.toContain('\u001B')
  expect(out + error).toContain('FAILED')
})

it('bash completes commands, options and shells, and leaves files alone', async () => {
  const { out } = await cli('completion', 'bash')
  const complete = (...words: string[]): string =>
    execFileSync('bash', [
      '-c',
      `${out}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _homeostat; echo "\${COMPREPLY[*]}"`,
      'bash',
      'homeostat',
      ...words,
    ])
      .toString()
      .trimEnd()
  expect(complete('re')).toBe('report')
  expect(complete('rules', '')).toBe('check test export')
  expect(complete('rules', 'check', '--lint-')).toBe('--lint-fatal')
  expect(complete('completion', '')).toBe('bash zsh fish')
  expect(complete('doctor', 'fol')).toBe('')
  expect(complete('doctor', '--', '--')).toBe('')
})

it.each(['zsh', 'fish'])('the script for %s names every command and option', async shell => {
  const { out } = await cli('completion', shell)
  for (const { notes, args } of await commandsBelow(commandLine)) {
    expect(out).toContain(`'${notes.words}'`)
    for (const name of Object.keys(args ?? {})) expect(out).toContain(shell === 'zsh' ? `--${name}:` : `-l ${name} `)
  }
})
