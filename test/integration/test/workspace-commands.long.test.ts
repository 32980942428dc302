import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

// Node runs these files itself and erases their types. Its parser refuses a few things that the compiler and Vitest accept.
describe('the commands of the workspace run in Node and explain themselves', () => {
  it.each([
    ['start', 'examples/shop/src/demo.ts'],
    ['bench', 'test/bench/src/bench.ts'],
    ['chaos', 'test/chaos/src/chaos.ts'],
    ['conformance', 'packages/promql/test/conformance/cli.ts'],
  ])('npm run %s -- --help', async (name, file) => {
    const { stdout } = await promisify(execFile)(process.execPath, [root(file), '--help'], { timeout: 60_000 })
    expect(stdout).toContain(`npm ${name === 'start' ? 'start' : `run ${name}`} --`)
  })
})

it('Node can erase the types of every source', async () => {
  const files = (await Promise.all(['packages', 'test', 'examples'].map(sources))).flat()
  const refused = files.filter(file => {
    try {
      stripTypeScriptTypes(readFileSync(file, 'utf8'))
      return false
    } catch {
      return true
    }
  })
  expect(files.length).toBeGreaterThan(1000)
  expect(refused).toEqual([])
})

async function sources(folder: string): Promise<string[]> {
  const top = root(folder)
  const found: string[] = []
  const names = glob('**/*.ts', { cwd: top, exclude: ['**/node_modules', '**/dist'] })
  for await (const name of names) found.push(join(top, name))
  return found
}
