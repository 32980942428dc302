import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A forbidden import: the file that makes it, what it imports, and the rule that has to report it. */
const PLANTED = [
  ['packages/pg/src/signals/planted-violation.ts', '@homeostat/optimizer', 'signals-know-nothing-of-actions'],
  ['packages/promql/src/store/planted-violation.ts', '../rules/rules.ts', 'promql-store-imports-only-lower-floors'],
  ['packages/promql/src/rules/planted-violation.ts', '../index.ts', 'promql-rules-imports-only-lower-floors'],
  ['packages/promql/src/planted-violation.ts', './words/labels.ts', 'promql-files-live-in-rooms'],
] as const

/** The output of `npm run deps` for three packages, and whether it passes. */
function check(): Promise<{ passes: boolean; output: string }> {
  const command = `${root}/node_modules/.bin/depcruise`
  const args = ['--config', '.dev/dependency-rules.cjs', 'packages/pg', 'packages/promql', 'packages/optimizer']
  return new Promise(resolve => {
    execFile(command, args, { cwd: root }, (error, stdout, stderr) =>
      resolve({ passes: !error, output: stdout + stderr }),
    )
  })
}

test('every planted forbidden import is reported by its rule', async () => {
  expect(await check()).toMatchObject({ passes: true })

  try {
    for (const [file, imported] of PLANTED) {
      await writeFile(
        `${root}/${file}`,
        `import * as planted from '${imported}'\nexport const all: unknown = planted\n`,
      )
    }
    const { passes, output } = await check()
    expect(passes).toBe(false)
    for (const [file, , rule] of PLANTED) expect(output).toMatch(new RegExp(`${rule}: ${file} `))
  } finally {
    for (const [file] of PLANTED) await rm(`${root}/${file}`, { force: true })
  }
}, 60_000)
