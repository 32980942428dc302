import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packagesOf, writeDerivedFiles } from '../../../.dev/workspace.mjs'
import { documentedFiles } from '../src/documented-files.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const files = documentedFiles(readFileSync(join(root, 'packages/homeostat/docs/add-a-domain.md'), 'utf8'))
/** A clean build takes a minute, and several on a busy machine. */
const LONG_MS = 900_000
const FOLDER = 'packages/mysql2/'

let copy: string

/** The packages in a folder of their own, with links to what is installed, and what the page adds to them. */
beforeAll(async () => {
  copy = await realpath(await mkdtemp(join(tmpdir(), 'homeostat-domain-')))
  // The links between packages are relative, so in the copy they lead to the copy.
  const isNeeded = (path: string): boolean => relative(root, path).split(sep)[2] !== 'test'
  for (const part of ['packages', '.dev', 'test/conformance', 'test/tsconfig.json', 'README.md', 'package.json'])
    await cp(join(root, part), join(copy, part), {
      recursive: true,
      verbatimSymlinks: true,
      // The compiler looks at them: nothing is built anew that has not changed.
      preserveTimestamps: true,
      filter: isNeeded,
    })
  for (const file of [
    '.oxlintrc.json',
    'pnpm-lock.yaml',
    'tsconfig.base.json',
    'test/vitest.config.ts',
    'test/vitest.settings.ts',
  ])
    await cp(join(root, file), join(copy, file))
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const { path, text, isLine } of files) {
    const file = join(copy, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, isLine ? withLine(await readFile(file, 'utf8'), text) : text)
  }
  writeDerivedFiles(copy)
  await install(join(copy, FOLDER))
  await install(join(copy, 'packages/homeostat'))
}, LONG_MS)

afterAll(() => rm(copy, { recursive: true, force: true }))

/** The file with a line more, in the order of its lines. */
function withLine(text: string, line: string): string {
  const lines = text.trimEnd().split('\n')
  const at = lines.findIndex(each => each.startsWith('export') && each > line)
  return [...lines.slice(0, at), line.trimEnd(), ...lines.slice(at), ''].join('\n')
}

/** Links what a package depends on, as the package manager would. */
async function install(folder: string): Promise<void> {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Readonly<Record<'dependencies' | 'devDependencies', Record<string, string> | undefined>>
  const siblings = new Map(packagesOf(copy).map(each => [each.manifest.name, join(copy, 'packages', each.folder)]))
  siblings.set('@homeostat/conformance', join(copy, 'test/conformance'))
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(folder, 'node_modules', name)
    if (existsSync(link)) continue
    await mkdir(dirname(link), { recursive: true })
    await symlink(siblings.get(name) ?? join(root, 'test/integration/node_modules', name), link)
  }
}

/** Runs a command in the copy; a failure shows what it printed. */
async function run(command: string, ...args: string[]): Promise<string> {
  const done = promisify(execFile)(command, args, { cwd: copy, timeout: LONG_MS, maxBuffer: 1 << 24 })
  const { stdout, stderr } = await done.catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error })
  })
  return stdout + stderr
}

const tool = (name: string): string => join(root, 'node_modules/.bin', name)

it('the page makes a folder and one line, in about 200 lines of sources', () => {
  const outside = files.filter(({ path }) => !path.startsWith(FOLDER))
  expect(outside.map(({ path, isLine }) => [path, isLine])).toEqual([
    ['packages/homeostat/src/domains/domain-packages.ts', true],
  ])
  expect(outside[0]!.text.trimEnd()).not.toContain('\n')
  const sources = files.filter(({ path }) => path.startsWith(`${FOLDER}src/`))
  const lines = sources.flatMap(({ text }) => text.split('\n')).filter(line => line.trim() !== '')
  expect(sources.length).toBeGreaterThan(6)
  expect(lines.length).toBeLessThan(250)
})

it(
  'the package compiles, with the all-in-one and its own test, and keeps the rules of lint and dependencies',
  async () => {
    await run(tool('tsc'), '-b', 'packages')
    await writeFile(
      join(copy, 'test/tsconfig.page.json'),
      JSON.stringify({
        extends: './tsconfig.json',
        include: [`../${FOLDER}test/**/*.ts`, '../used.ts'],
        references: [],
      }),
    )
    await writeFile(join(copy, 'used.ts'), USED)
    await run(tool('tsc'), '-p', 'test/tsconfig.page.json')
    await run(process.execPath, '.dev/bundle.mjs')
    await run(tool('oxlint'), '--type-aware', '--deny-warnings', `${FOLDER}src`, `${FOLDER}test`)
    expect(await run(tool('depcruise'), '--config', '.dev/dependency-rules.cjs', 'packages')).toContain('no dependency')
  },
  LONG_MS,
)

/** The new option has the type of the new schema. */
const USED = `import { homeostat } from './packages/homeostat/dist/index.js'
homeostat({ mysql2: { mode: 'act', maxSeries: 10 } })
// @ts-expect-error -- a number
homeostat({ mysql2: { maxSeries: 'many' } })
`

it(
  'the package passes the suite of instrumentations, against a server of the real protocol',
  async () => {
    const printed = await run(tool('vitest'), 'run', '--config', 'test/vitest.config.ts', `${FOLDER}test`)
    expect(printed).toMatch(/Tests +.*\d+ passed/)
    expect(printed).not.toMatch(/failed|skipped/)
  },
  LONG_MS,
)

it('homeostat() has the domain and its option, without another change', async () => {
  const script = `
    import { homeostat } from ${JSON.stringify(join(copy, 'packages/homeostat/dist/index.js'))}
    const h = homeostat({ autoStart: false, log: false, environment: {}, mysql2: { maxSeries: 0 }, domains: [] })
    for (const each of h.instrumentations) each.enable()
    await h.optimizePerformance()
    const { watched } = h.report()
    console.log(JSON.stringify({ watched: watched.map(({ name }) => name), rejected: h.optimizer.rules.rejected }))
    await h.stop()`
  const printed = await run(process.execPath, '--input-type=module', '--eval', script)
  expect(printed).toContain('mysql2.maxSeries is 0, but must be')
  expect(printed).toContain(
    '{"watched":["runtime","cache","ioredis","bullmq","pg","http","mysql2","forecast"],"rejected":[]}',
  )
})
