import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation } from '../src/installation.ts'

const NAME = '@homeostat/dashboards'

let installation: Installation

beforeAll(async () => {
  installation = await Installation.create(['homeostat', NAME])
})

afterAll(() => installation[Symbol.asyncDispose]())

test('the installed command writes the dashboards of the installed package, in the names of the backend', async () => {
  const command = join(installation.folder, 'node_modules/.bin/homeostat')
  const run = promisify(execFile)
  const { stdout } = await run(command, ['dashboards', '--out=made', '--names=NoTranslation'], {
    cwd: installation.folder,
  })
  expect(stdout).toBe('made: 9 files written, 0 already current\n')
  const overview = JSON.parse(await readFile(join(installation.folder, 'made/grafana/overview.json'), 'utf8')) as object
  expect(overview).toMatchObject({ uid: 'homeostat-overview' })
})

test('its tarball is at most 60 kB, and it brings no package that homeostat does not bring', async () => {
  const { size } = await stat(installation.tarballs.get(NAME)!)
  expect(size).toBeLessThanOrEqual(60_000)
  const names = (await installation.packages()).map(({ name }) => name)
  expect(names.filter(name => /grafana|datadog/.test(name))).toEqual([])
  expect(names.filter(name => !name.startsWith('@opentelemetry/'))).toHaveLength(13)
})

test('require() gives it as well', async () => {
  const script = `console.log(require('${NAME}').dashboardFiles({ names: 'datadog' }).map(({ path }) => path).join())`
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script], { cwd: installation.folder })
  expect(stdout.trim()).toBe('datadog/dashboard.json,datadog/monitors.json')
})
