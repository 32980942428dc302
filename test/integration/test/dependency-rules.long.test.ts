import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A forbidden import: the file that makes it, what it imports, and the rule that has to report it. */
const PLANTED = [
  ['packages/pg/src/signals/planted-violation.ts', '@homeostat/optimizer', 'signals-know-nothing-of-actions'],
  ['packages/http/src/client/planted-violation.ts', '@homeostat/optimizer', 'signals-know-nothing-of-actions'],
  ['packages/promql/src/store/planted-violation.ts', '../rules/rules.ts', 'promql-store-imports-only-lower-floors'],
  ['packages/promql/src/rules/planted-violation.ts', '../index.ts', 'promql-rules-imports-only-lower-floors'],
  ['packages/promql/src/planted-violation.ts', './words/labels.ts', 'promql-files-live-in-rooms'],
  [
    'packages/optimizer/src/alerts/planted-violation.ts',
    '../decisions/decide.ts',
    'optimizer-alerts-imports-only-lower-floors',
  ],
  [
    'packages/homeostat/src/state/planted-violation.ts',
    '../report/reporter.ts',
    'homeostat-state-imports-only-lower-floors',
  ],
  ['packages/homeostat/src/planted-violation.ts', './options/options.ts', 'homeostat-files-live-in-rooms'],
] as const

/** The packages that rules of rooms, or of signals, are planted in. */
const CHECKED = ['http', 'pg', 'promql', 'optimizer', 'homeostat'].map(name => `packages/${name}`)

/** The output of `npm run deps` for these packages below a folder, and whether it passes. */
function check(folder: string): Promise<{ passes: boolean; output: string }> {
  const command = `${root}/node_modules/.bin/depcruise`
  const args = ['--config', '.dev/dependency-rules.cjs', ...CHECKED]
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
  // Tests are not examined. The links between packages are relative, so in the copy they lead to the copy.
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

test('every planted forbidden import is reported by its rule', async () => {
  const copy = await copyOfSources()
  expect(await check(copy)).toMatchObject({ passes: true })

  for (const [file, imported] of PLANTED)
    await writeFile(join(copy, file), `import * as planted from '${imported}'\nexport const value: unknown = planted\n`)
  const { passes, output } = await check(copy)
  expect(passes).toBe(false)
  for (const [file, , rule] of PLANTED) expect(output).toMatch(new RegExp(`${rule}: ${file}`))
})
