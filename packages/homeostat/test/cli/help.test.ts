import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { CommandRun } from './command-run.ts'
import { commandRun } from './command-run.ts'

/** Neither help nor the version reads a file. */
const run = (...args: string[]): Promise<CommandRun> => commandRun(tmpdir(), args, '')

describe('help', () => {
  test.each([
    [['--help'], 'homeostat COMMAND'],
    [['rules', '-h'], 'homeostat rules check|test|export'],
    [['rules', 'check', '--help'], 'homeostat rules check [OPTION...] [FILE...]'],
    [['help', 'rules', 'test'], 'homeostat rules test [OPTION...] FILE...'],
    [['help'], 'homeostat COMMAND'],
    [['backtest', '--help'], 'homeostat backtest --from SOURCE'],
  ])('%j has usage, an example and the exit codes', async (args, usage) => {
    const { code, out, error } = await run(...args)
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out.startsWith(`usage: ${usage}`)).toBe(true)
    expect(out).toMatch(/\nExamples:\n {2}\S+.*homeostat|\nExamples:\n {2}homeostat \w/)
    expect(out.replaceAll(/(?<=\S)\n(?=\S)/g, ' ')).toMatch(
      /\n\nExit code: 0 [^]*; 2 if it was called wrongly: an option or a value that is not known or is missing\b[^]*\.$/,
    )
    expect(out.split('\n').every(line => line.length <= 120)).toBe(true)
  })

  test('every option of a command is in its help, and every command in that of the command line', async () => {
    expect((await run('--help')).out).toMatch(
      /\n {2}rules check +Checks [^]*\n {2}rules test +Runs .*\n {2}rules export +Prints [^]*\n {2}config print +[^]*\n {2}backtest +Replays [^]*\n {2}doctor +Reports/,
    )
    const { out } = await run('rules', 'check', '--help')
    for (const name of ['lint=LIST', 'lint-fatal', 'action=NAME', 'alert=NAME', 'enable-feature=LIST', 'help'])
      expect(out).toContain(`--${name}`)
    expect(out).toMatch(/--action=NAME +An action or knob that the application provides in code\. Repeatable\./)
  })

  test('the version is printed wherever it is asked for', async () => {
    const expected = { code: 0, out: expect.stringMatching(/^homeostat \d+\.\d+\.\d+$/), error: '' }
    for (const words of [[], ['rules'], ['rules', 'check'], ['backtest']])
      expect(await run(...words, '--version')).toEqual(expected)
  })
})
