import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What `npm run deps` says of two packages, and whether it passes. */
function check(): Promise<{ passes: boolean; output: string }> {
  const command = `${root}/node_modules/.bin/depcruise`
  const args = ['--config', '.dev/dependency-rules.cjs', 'packages/pg', 'packages/optimizer']
  return new Promise(resolve => {
    execFile(command, args, { cwd: root }, (error, stdout, stderr) =>
      resolve({ passes: !error, output: stdout + stderr }),
    )
  })
}

test('a forbidden import is found, so that a silent check is a real one', async () => {
  expect(await check()).toMatchObject({ passes: true })

  const planted = `${root}/packages/pg/src/signals/planted-violation.ts`
  await writeFile(
    planted,
    "import { Optimizer } from '@homeostat/optimizer'\nexport const planted: unknown = Optimizer\n",
  )
  try {
    const { passes, output } = await check()
    expect(passes).toBe(false)
    expect(output).toContain('signals-know-nothing-of-actions')
    expect(output).toContain('planted-violation.ts')
  } finally {
    await rm(planted)
  }
}, 60_000)
