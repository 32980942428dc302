import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { sdkLines } from '../src/index.ts'

it.each(sdkLines)(
  'a TypeScript application on $name needs no cast between our types and the types of the SDK',
  async ({ folder }) => {
    const tsc = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))
    const project = fileURLToPath(new URL('tsconfig.json', folder))
    const compiled = promisify(execFile)(tsc, ['-p', project]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    )
    expect(await compiled).toBe('')
  },
)
