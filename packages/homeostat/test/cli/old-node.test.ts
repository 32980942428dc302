import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { application, writeApplication } from '../doctor/static/sample-application.ts'

const cli = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url))
const run = promisify(execFile)

/** A Node 20 of this machine, or else this Node without what Node 20 lacks. */
async function oldNode(): Promise<readonly [program: string, ...flags: string[]]> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'node')
    if (existsSync(path) && (await run(path, ['--version'])).stdout.startsWith('v20.')) return [path]
  }
  const hidden =
    'delete Map.groupBy; delete Object.groupBy; delete URL.parse; delete Promise.withResolvers; delete Array.fromAsync; delete Iterator.prototype.map; delete Set.prototype.union; delete require("node:util").getCallSites; require("node:module").syncBuiltinESMExports()'
  return [
    process.execPath,
    '--import',
    `data:text/javascript,import{createRequire}from"node:module";const require=createRequire("/");${encodeURIComponent(hidden)}`,
  ]
}

it('the doctor runs on Node 20, where the application that it looks at may run', async () => {
  const { folder, remove } = writeApplication(application())
  const [program, ...flags] = await oldNode()
  const env = { PATH: process.env['PATH'] }
  const { stdout, stderr } = await run(program, [...flags, cli, 'doctor', folder], { env }).finally(remove)
  expect(stderr).toBe('')
  expect(stdout).toContain('no findings')
})
