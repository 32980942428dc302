import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkReportPath } from '../../src/cli/proofs/report-files.ts'
import { cannotWrite, writeGivenFile } from '../../src/cli/writing.ts'
import { WrongCallError } from '../../src/cli/wrong-call-error.ts'
import { commandRun } from './command-run.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-writing-'))
  writeFileSync(join(folder, 'file'), 'a file')
  writeFileSync(join(folder, 'pass.test.yml'), 'tests: []\n')
  execFileSync('mkfifo', [join(folder, 'pipe')])
})
afterEach(() => rmSync(folder, { recursive: true }))

const isLinux = process.platform === 'linux'

/** Paths where nothing can be written, and what is wrong with each. */
const unwritable: readonly (readonly [path: string, reason: RegExp])[] = [
  ['file/x', /a part of it is not a folder|the folder '.*' does not exist/],
  ...(isLinux ? [['/proc/x', /cannot be made in that file system|does not exist/] as const] : []),
  ...(isLinux ? [['/proc/x/y/z', /cannot be made in that file system|does not exist/] as const] : []),
  [`${'x'.repeat(300)}/y`, /its name is too long|does not exist/],
]

test.each(unwritable)('each command that writes ends with one line for %s', async (path, reason) => {
  const there = path.startsWith('/') ? path : join(folder, path)
  for (const args of [
    ['dashboards', `--out=${there}`],
    ['rules', 'test', 'pass.test.yml', `--junit=${there}`],
  ]) {
    const { code, error } = await commandRun(folder, args)
    expect({ args, code, lines: error.split('\n').length }).toEqual({ args, code: 2, lines: 1 })
    expect(error).toMatch(reason)
    expect(error).toMatch(/; choose another with --(?:out|junit), try --help$/)
  }
  expect(() => checkReportPath(there)).toThrow(reason)
})

test('a pipe that nobody reads, and one in the place of an earlier file, hold no command', async () => {
  const pipe = join(folder, 'pipe')
  expect(() => writeGivenFile(pipe, 'text', '--junit')).toThrow(/it is a pipe that nobody reads/)
  execFileSync('mkfifo', [join(folder, '.homeostat-dashboards')])
  const { code, error } = await commandRun(folder, ['dashboards', `--out=${folder}`])
  expect({ code, lines: error.split('\n').length }).toEqual({ code: 2, lines: 1 })
  expect(error).toContain('.homeostat-dashboards is a pipe')
})

test('a report has a name: a folder alone is not one', () => {
  for (const base of ['', folder, `${folder}/`]) expect(() => checkReportPath(base)).toThrow(WrongCallError)
})

test('a full disk is a failure, and not a wrong call', () => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
  const error = cannotWrite(full, 'report.html', '--out')
  expect(error.message).toBe("path 'report.html' cannot be written: no space is left; choose another with --out")
  expect(error).not.toBeInstanceOf(WrongCallError)
})

test('folders that are missing are made for dashboards', async () => {
  const out = join(folder, 'a', 'b', 'c')
  expect(await commandRun(folder, ['dashboards', `--out=${out}`])).toMatchObject({ code: 0 })
  expect(existsSync(join(out, 'grafana', 'cache.json'))).toBe(true)
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('a file')
})
