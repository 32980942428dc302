import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What `npm run deps` says of two packages below a folder, and whether it passes. */
function check(folder: string): Promise<{ passes: boolean; output: string }> {
  const command = `${root}/node_modules/.bin/depcruise`
  const args = ['--config', '.dev/dependency-rules.cjs', 'packages/pg', 'packages/optimizer']
  return new Promise(resolve => {
    execFile(command, args, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ passes: !error, output: stdout + stderr }),
    )
  })
}

/**
 * The rules and the packages in a folder of their own, with links to what is installed. A test that is killed leaves nothing in
 * the sources then.
 */
async function copyOfSources(): Promise<string> {
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'homeostat-rules-')))
  onTestFinished(() => rm(copy, { recursive: true, force: true }))
  // Tests are not looked at. The links between packages are relative, so in the copy they lead to the copy.
  const isNeeded = (path: string): boolean => relative(root, path).split(sep)[2] !== 'test'
  await cp(join(root, 'packages'), join(copy, 'packages'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: isNeeded,
  })
  await cp(join(root, '.dev'), join(copy, '.dev'), { recursive: true })
  for (const name of ['package.json', 'tsconfig.base.json']) await cp(join(root, name), join(copy, name))
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

test('a forbidden import is found, so that a silent check is a real one', async () => {
  const copy = await copyOfSources()
  expect(await check(copy)).toMatchObject({ passes: true })

  await writeFile(
    join(copy, 'packages/pg/src/signals/planted-violation.ts'),
    "import { Optimizer } from '@homeostat/optimizer'\nexport const planted: unknown = Optimizer\n",
  )
  await writeFile(
    join(copy, 'packages/optimizer/src/alerts/planted-arrow.ts'),
    "import { decideInSteps } from '../decisions/decide.ts'\nexport const planted: unknown = decideInSteps\n",
  )
  const { passes, output } = await check(copy)
  expect(passes).toBe(false)
  expect(output).toContain('signals-know-nothing-of-actions')
  expect(output).toContain('planted-violation.ts')
  expect(output).toContain('optimizer-alerts-imports-only-lower-floors')
  expect(output).toContain('planted-arrow.ts')
}, 300_000)
