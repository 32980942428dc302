import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommandLine } from '../../src/cli/command.ts'
import type { Diagnosis } from '../../src/doctor/static/diagnosis.ts'
import { application, writeApplication } from '../doctor/static/sample-application.ts'

const { folder, remove } = writeApplication(
  application({}, { '.env': 'OTEL_METRICS_EXPORTER=none\nOTEL_EXPORTER_OTLP_HEADERS="key: hunter2"\n' }),
)
const cli = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url))
const variables = Object.keys(process.env).filter(name => /^(?:OTEL_|HOMEOSTAT_|NODE_OPTIONS)/.test(name))
const kept = variables.map(name => [name, process.env[name]] as const)

// What the machine of the tests has set is no concern of theirs.
beforeAll(() => {
  for (const name of variables) delete process.env[name]
})

afterAll(() => {
  for (const [name, value] of kept) process.env[name] = value
  remove()
})

async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const [out, error]: [string[], string[]] = [[], []]
  const output = { out: (line: string) => out.push(line), error: (line: string) => error.push(line) }
  const code = await runCommandLine(['doctor', ...args], output, () => '')
  return { code, out: out.join('\n'), error: error.join('\n') }
}

it('exits with 0 where nothing is wrong', async () => {
  const { code, out, error } = await run(folder)
  expect({ code, error }).toEqual({ code: 0, error: '' })
  expect(out).toMatch(
    /^@opentelemetry\/api 1\.9\.1 in node_modules\/@opentelemetry\/api\nno findings, \d+ checks, 3 packages of OpenTelemetry$/,
  )
})

it('exits with 1 for findings, and says what, where and what to do', async () => {
  const { code, out, error } = await run(folder, '--variables', join(folder, '.env'))
  expect({ code, error }).toEqual({ code: 1, error: '' })
  expect(out).toContain(`metrics-exporter-none: OTEL_METRICS_EXPORTER=none: no metric leaves the process.
  evidence: OTEL_METRICS_EXPORTER=none in .env
  fix:      .env: OTEL_METRICS_EXPORTER=otlp
  more:     homeostat/docs/doctor.md#metrics-exporter-none
`)
  expect(out).toContain('2 findings, ')
  expect(out).not.toContain('hunter2')
})

it('prints the same as JSON', async () => {
  const { code, out } = await run('--json', folder, `--variables=${join(folder, '.env')}`)
  expect(code).toBe(1)
  const { findings, notes } = JSON.parse(out) as Diagnosis
  expect(findings.map(({ id }) => id)).toEqual(['metrics-exporter-none', 'headers-not-valid'])
  expect(notes).toEqual([])
})

it.each([
  [[join(folder, 'missing')], 'does not exist'],
  [[join(folder, 'server.js')], 'is not a folder'],
  [[folder, folder], 'only one folder can be given'],
  [[folder, '--variables', join(folder, 'missing')], 'does not exist'],
  [[folder, '--variable=x'], "unknown option '--variable'; did you mean --variables?"],
])('exits with 2 for %j', async (args, text) => {
  const { code, out, error } = await run(...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(error).toContain(text)
})

it.each([
  [undefined, 'the folder has no package.json'],
  ['{', 'package.json is not a JSON object'],
  ['[]', 'package.json is not a JSON object'],
])('exits with 2 where package.json is %j, and still reports the variables', async (text, reason) => {
  const { folder: bare, remove: removeBare } = writeApplication({
    '.env': 'OTEL_METRIC_EXPORTER=otlp',
    ...(text !== undefined && { 'package.json': text }),
  })
  const none = await run(bare)
  const some = await run(bare, '--variables', join(bare, '.env'))
  const asJson = await run(bare, '--json')
  removeBare()
  const error = `homeostat: error: no application to look at: ${reason}`
  expect(none).toMatchObject({ code: 2, error, out: expect.not.stringContaining('no findings') })
  expect(some).toMatchObject({ code: 2, error, out: expect.stringContaining('otel-variable-misspelt: ') })
  expect((JSON.parse(asJson.out) as Diagnosis).failure).toContain(reason)
})

it('nothing of it is loaded by import of the package', () => {
  const loaded = new Set<string>()
  const queue = [fileURLToPath(new URL('../../dist/index.js', import.meta.url))]
  for (const file of queue) {
    if (loaded.has(file)) continue
    loaded.add(file)
    const text = readFileSync(file, 'utf8')
    expect(text, file).not.toContain('api-newer-than-provider')
    for (const [, path = ''] of text.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) queue.push(join(dirname(file), path))
  }
  expect(loaded.size).toBeGreaterThan(2)
})

it('the published file finds no fault in a healthy folder', async () => {
  const { PATH } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'doctor', folder], { env: { PATH } })
  expect(stdout).toContain('no findings')
})

it('has one sentence about each exit code in its help', async () => {
  const { out } = await run('--help')
  const [, exitCodes = ''] = /\nExit code: ([^]*)$/.exec(out.replaceAll(/(?<=\S)\n(?=\S)/g, ' ')) ?? []
  expect(exitCodes.match(/\b[0-9]\b/g)).toEqual(['0', '1', '2'])
  expect(exitCodes).toContain('FOLDER, FILE, PROCESS or COMMAND')
})
