import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MODULES, writeConsumers } from '../src/consumers.ts'
import { Installation } from '../src/installation.ts'

const COMPILERS = ['typescript-5.4', 'typescript-5.9', 'typescript-6', 'typescript'] as const

let installation: Installation

beforeAll(async () => {
  // The lab and the judge are in the bundles of others, and can be installed by themselves. The console and the dashboards are installed
  // when they are wanted.
  const others = { '@opentelemetry/api': '1.9.1', '@types/node': '24.19.2' }
  installation = await Installation.create(
    ['homeostat', '@homeostat/console', '@homeostat/dashboards', '@homeostat/judge', '@homeostat/lab'],
    others,
  )
  await writeConsumers(installation.folder, [...installation.tarballs.keys()])
})

afterAll(() => installation[Symbol.asyncDispose]())

describe.each(COMPILERS)('%s', compiler => {
  const tsc = fileURLToPath(new URL(`../node_modules/${compiler}/bin/tsc`, import.meta.url))

  test.each(Object.keys(MODULES))('checks every entry and its types without skipLibCheck, module %s', async module => {
    const config = join(installation.folder, `tsconfig.${module}.json`)
    expect(await compiled(tsc, config)).toBe('')
  })
})

async function compiled(tsc: string, config: string): Promise<string> {
  return promisify(execFile)(process.execPath, [tsc, '-p', config]).then(
    () => '',
    // A compiler that cannot run prints nothing on stdout.
    (error: Error & { readonly stdout: string }) => error.stdout || error.message,
  )
}
