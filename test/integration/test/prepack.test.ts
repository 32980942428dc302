import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { packagesOf } from '../../../.dev/workspace.mjs'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const script = join(root, '.dev/prepack.mjs')

interface Failure {
  readonly code: number
  readonly stderr: string
}

/** Runs the check in the folder of a package, as what packs it does. */
async function prepack(cwd: string, packer = 'pnpm/12.0.0 npm/? node/v24.0.0'): Promise<Failure> {
  const env = { ...process.env, npm_config_user_agent: packer }
  const done = promisify(execFile)(process.execPath, [script], { cwd, env })
  return done.then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: unknown) => error as Failure,
  )
}

/** A copy of a package that was built. */
async function copied(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-prepack-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const part of ['dist', 'src', 'package.json'])
    await cp(join(root, 'packages/judge', part), join(folder, part), { recursive: true })
  return folder
}

test.each(packagesOf().map(({ folder, manifest }) => [folder, manifest] as const))(
  '%s is checked before it is packed, and was built',
  async (folder, manifest) => {
    const { scripts } = manifest as { readonly scripts?: Readonly<Record<string, string>> }
    expect(scripts?.['prepack']).toBe('node ../../.dev/prepack.mjs')
    expect(await prepack(join(root, 'packages', folder))).toEqual({ code: 0, stderr: '' })
  },
)

test('npm packs nothing, and says what does', async () => {
  const packed = promisify(execFile)('npm', ['pack', '--dry-run'], { cwd: join(root, 'packages/judge') })
  const { code, stderr } = await packed.then(
    () => ({ code: 0, stderr: '' }),
    (error: unknown) => error as Failure,
  )
  expect(code).not.toBe(0)
  expect(stderr).toContain('prepack: @homeostat/judge cannot be packed: only pnpm writes versions in place of')
})

test('a package that was not built is not packed', async () => {
  const folder = await copied()
  await rm(join(folder, 'dist/index.js'))
  const { code, stderr } = await prepack(folder)
  expect(code).toBe(1)
  expect(stderr).toContain('cannot be packed: ./dist/index.js is missing: run `npm run build`')
})

test('a package whose sources have changed since is not packed', async () => {
  const folder = await copied()
  await writeFile(join(folder, 'src/index.ts'), 'export {}\n')
  const { code, stderr } = await prepack(folder)
  expect(code).toBe(1)
  expect(stderr).toContain('its bundles are not those of its sources')
})

test('a package that is not minified is not packed', async () => {
  const folder = await copied()
  const path = join(folder, 'dist/index.js')
  const readable = (await readFile(path, 'utf8')).replaceAll(/[{;]/g, each => `${each}\n  `)
  await writeFile(path, readable)
  const { code, stderr } = await prepack(folder)
  expect(code).toBe(1)
  expect(stderr).toContain('dist/index.js is not minified')
})
