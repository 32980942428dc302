import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { derivedFiles, packagesOf, writeDerivedFiles } from '../../../.dev/workspace.mjs'

const root = fileURLToPath(new URL('../../../', import.meta.url))

test.each(derivedFiles().map(({ path, is, should }) => [path, is, should] as const))(
  '%s is what the packages say; `npm run setup -- --update` writes it',
  (_path, is, should) => {
    expect(is).toBe(should)
  },
)

test('a new domain appears in the references, the dependencies and the table, and nothing else changes', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'homeostat-workspace-'))
  onTestFinished(() => rm(copy, { recursive: true, force: true }))
  for (const { path } of derivedFiles()) await copyFile(path, copy)
  for (const { folder, isDomain } of packagesOf()) {
    await copyFile(`packages/${folder}/package.json`, copy)
    if (isDomain) await copyFile(`packages/${folder}/src/domain.ts`, copy)
  }
  expect(writeDerivedFiles(copy)).toEqual([])

  const manifest = JSON.parse(await readFile(join(root, 'packages/pg/package.json'), 'utf8')) as object
  const folder = join(copy, 'packages/zebra')
  await mkdir(join(folder, 'src'), { recursive: true })
  await writeFile(join(folder, 'src/domain.ts'), 'export {}\n')
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, name: '@homeostat/zebra', description: 'stripes' }),
  )
  await writeFile(join(folder, 'tsconfig.json'), '{\n  "extends": "../../tsconfig.base.json"\n}\n')
  expect(writeDerivedFiles(copy).toSorted()).toEqual([
    'README.md',
    'packages/homeostat/package.json',
    'packages/homeostat/tsconfig.json',
    'packages/tsconfig.json',
    'packages/zebra/tsconfig.json',
    'test/tsconfig.json',
  ])
  const read = (path: string): Promise<string> => readFile(join(copy, path), 'utf8')
  expect(await read('README.md')).toMatch(/\| \[`@homeostat\/zebra`\]\(packages\/zebra\) +\| stripes +\|/)
  expect(JSON.parse(await read('packages/homeostat/package.json'))).toHaveProperty(
    ['dependencies', '@homeostat/zebra'],
    'workspace:^',
  )
  const references = (JSON.parse(await read('packages/zebra/tsconfig.json')) as { references: { path: string }[] })
    .references
  expect(references.map(({ path }) => path)).toEqual(['../optimizer', '../semconv', '../signals'])
  expect(writeDerivedFiles(copy)).toEqual([])
})

async function copyFile(path: string, to: string): Promise<void> {
  await cp(join(root, path), join(to, path))
}
