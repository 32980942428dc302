import { execFile } from 'node:child_process'
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
