import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandRun, type CommandRun } from './command-run.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-wrong-'))
  writeFileSync(join(folder, 'good.yml'), 'groups: [{ name: g, rules: [{ alert: High, expr: x > 1 }] }]\n')
  writeFileSync(join(folder, 'rec.ndjson'), '{}\n')
  writeFileSync(join(folder, 'packed.ndjson'), gzipSync('{}\n'))
  writeFileSync(join(folder, 'binary.ndjson'), Buffer.alloc(10))
  writeFileSync(join(folder, 'pass.test.yml'), 'rule_files: [good.yml]\ntests: []\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]): Promise<CommandRun> => commandRun(folder, args)

test.each([
  [['rules', 'test'], "required argument 'FILE' not provided"],
  [['rules', 'check', 'none.yml'], "path '~/none.yml' does not exist"],
  [
    ['rules', 'test', '--run=(', 'pass.test.yml'],
    "'--run' must be a regular expression: Invalid regular expression: /(/: Unterminated group",
  ],
  [
    ['rules', 'check', '--lint', '--json', 'good.yml'],
    "'--lint' has no value: one that begins with a dash is written --lint=-VALUE",
  ],
  [['rules', 'check', 'good.yml/x.yml'], "path '~/good.yml/x.yml' does not exist: a part of it is not a folder"],
  [['doctor', 'good.yml/x.yml'], "path '~/good.yml/x.yml' does not exist: a part of it is not a folder"],
  [['rules', 'check', '.'], "path '.' is a folder, give a file"],
  [['rules', 'export', '--names=dots'], "'--names' must be one of "],
  [['rules', 'export', '--label=a-b=c'], "'--label' must be NAME=VALUE, got 'a-b=c'"],
  [['rules', 'export', '--package=pgg'], "'--package' must be one of "],
  [['dashboards', '--out=x', '--names=dots'], "'--names' must be one of "],
  [['backtest', '--from', 'none.ndjson', '--rules', 'good.yml'], "path '~/none.ndjson' does not exist"],
  [['backtest', '--from=x', '--rules', 'none.yml'], "path '~/none.yml' does not exist"],
  [['backtest', '--from=x', '--rules', 'good.yml', '--start=soon'], "'--start' must be a time such as"],
  [['backtest', '--from=x', '--rules', 'good.yml', '--step=0s'], "'--step' must be a duration such as 15s, got '0s'"],
  [['doctor', 'none'], "path 'none' does not exist"],
  [['doctor', '--seconds=0', '--', 'node'], "'--seconds' must be a number above 0"],
  [['doctor', '--variables=none.env'], "path 'none.env' does not exist"],
  [['index', 'advise', '--from=pg_stat_statements', '--limit=0'], "'--limit' must be a whole number from 1 to 1000"],
  [['index', 'advise', '--from=x', '--format=xml'], "'--format' must be text, json or sql, got 'xml'"],
  [['report', 'none'], "'none' is not a process"],
  [['explain', '--process=none'], "'none' is not a process"],
  [['explain', '--process=999999999'], 'no process 999999999 runs here'],
  [['report', '0'], 'no process 0 runs here'],
  [['prove', '--process=none', '--knob=x'], "'none' is not a process"],
  [['prove', '--knob=x', '--to=many'], "'--to' must be a number, got 'many'"],
  [['prove', 'plan'], "required option '--knob' not provided"],
  [['prove', '--knob=x', '--out='], "'--out' must be a file without its ending"],
  [['config', 'schema', '--json'], "'--json' is not an option of 'config schema'"],
  [['report', '--process=1'], "'--process' belongs to 'explain' and 'prove'"],
  [['rules', 'test', 'pass.test.yml', '--junit='], "'--junit' has no path"],
  [['backtest', '--from=http://[', '--rules', 'good.yml'], "'http://[' is not an address, such as http://"],
  [['backtest', '--from', 'rec.ndjson', '--rules', 'good.yml', '--start=2', '--end=1'], "'--start' must be before"],
  [['backtest', '--from', 'packed.ndjson', '--rules', 'good.yml'], "path '~/packed.ndjson' is packed (gzip): zcat "],
  [['backtest', '--from', 'binary.ndjson', '--rules', 'good.yml'], "path '~/binary.ndjson' is not a text: give a rec"],
  [['completion', 'tcsh'], 'expected bash, zsh or fish'],
])('called wrongly as %j it says so in one line: exit code 2', async (args, reason) => {
  const { code, out, error } = await run(...args)
  expect({ code, out, lines: error.split('\n').length }).toEqual({ code: 2, out: '', lines: 1 })
  expect(error.slice(0, 'homeostat: error: '.length + reason.length)).toBe(`homeostat: error: ${reason}`)
  expect(error).toMatch(/try --help$/i)
})
