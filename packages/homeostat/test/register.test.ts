import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Modules of Node that instrumentations patch, of which a first import would freeze the names. */
const PATCHED = ['http', 'https', 'http2', 'dns']

it('homeostat/register loads no module of Node that instrumentations patch later', async () => {
  const script = `
    const loaded = () => ${JSON.stringify(PATCHED)}.filter(name => process.moduleLoadList.includes('NativeModule ' + name))
    const before = loaded()
    await import('homeostat/register')
    console.log(JSON.stringify({ before, after: loaded() }))
    process.exit()`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], HOMEOSTAT_LOG: 'false' },
  })
  const { before, after } = JSON.parse(stdout) as Record<'before' | 'after', string[]>
  expect(after).toEqual(before)
})

it.each([
  [
    'cannot require ES modules',
    ['--no-experimental-require-module'],
    /^homeostat: not started, .*Node 22\.15 or newer\n$/,
  ],
  [
    'lacks synchronous hooks',
    ['--import', 'data:text/javascript,import Module from "node:module";delete Module.registerHooks'],
    /^(?!homeostat: not started)/,
  ],
])('an application starts with the flag on a Node that %s', async (_, flags, printed) => {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-register-'))
  const application = join(folder, 'app.cjs')
  writeFileSync(application, 'console.log("up")')
  const later = ['--import', 'homeostat/register', '--import', 'data:text/javascript,']
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, ...later, application], {
      cwd: import.meta.dirname,
      env: { PATH: process.env['PATH'], OTEL_CONFIG_FILE: 'otel.yaml' },
    })
    expect(stdout).toBe('up\n')
    expect(stderr).toMatch(printed)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
