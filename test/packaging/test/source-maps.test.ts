import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const judge = new URL('../../../packages/judge/', import.meta.url)

/** Runs a program in which the judge refuses an option, and returns the stack that Node prints. */
async function stackOf(flags: readonly string[]): Promise<string> {
  const program = `import { palliative } from ${JSON.stringify(new URL('dist/index.js', judge).href)}
    try { palliative({ acts: [], controls: [], direction: 'left' }) } catch (error) { console.log(error.stack) }`
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', program])
  return stdout
}

it('a stack trace names the file and the line of the source, which the package does not ship', async () => {
  const stack = await stackOf(['--enable-source-maps'])
  const [, file = '', line = 0] = /\((\S+\/packages\/judge\/src\/terms\.ts):(\d+):\d+\)/.exec(stack) ?? []
  expect(file).toBe(fileURLToPath(new URL('src/terms.ts', judge)))
  expect((await readFile(file, 'utf8')).split('\n')[Number(line) - 1]).toContain("must be 'up' or 'down'")
})

it('a stack trace without source maps names the function', async () => {
  expect(await stackOf([])).toMatch(/at termsOf \(\S+\/packages\/judge\/dist\//)
})
