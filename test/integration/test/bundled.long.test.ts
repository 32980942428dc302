import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type BuildOptions } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const LIBRARIES = ['pg', 'ioredis', 'bullmq'] as const
const source = (name: string): string => fileURLToPath(new URL(`../src/bundled/${name}.ts`, import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-bundled-'))
  // External libraries are found from the folder of the bundle.
  await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let bundles = 0
/** Bundles an application, runs it, and returns what it printed. */
async function run(name: string, format: 'cjs' | 'esm', options: BuildOptions = {}): Promise<string> {
  const place = join(folder, String(++bundles))
  const outfile = join(place, format === 'esm' ? 'app.mjs' : 'app.cjs')
  const common = { bundle: true, platform: 'node', format, logLevel: 'error' } as const
  await build({ ...common, entryPoints: [source(name)], outfile, ...options })
  const { stdout } = await promisify(execFile)(process.execPath, ['--enable-source-maps', outfile], { cwd: place })
  return stdout
}

/** The usual banner: CommonJS libraries that require Node's modules need it in an ES module, whoever bundles them. */
const REQUIRE = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
const HANDED = { pg: '{ pg: pool }', ioredis: '{ redis }', bullmq: '{ queues: queue, workers: worker }' } as const
const noteOn = (library: keyof typeof HANDED): string =>
  `it is inside a bundle, where no hook finds it: hand its objects over, h.observe(${HANDED[library]}), or mark it external, e.g. esbuild --external:${library}`

describe.each(['cjs', 'esm'] as const)('an application that esbuild has bundled as %s', format => {
  const banner = format === 'esm' ? REQUIRE : {}

  it('2-04: it starts, and the start line and the report name each library that cannot be seen', async () => {
    const printed = await run('application', format, { banner, sourcemap: true, minify: format === 'cjs' })
    const startLine = printed.split('\n').find(line => / watches /.test(line))
    for (const library of LIBRARIES) expect(startLine).toContain(`; ${library}: ${noteOn(library)}`)
    for (const library of LIBRARIES)
      expect(printed).toMatch(new RegExp(`^  ${library}: \\d+ series; ${escaped(noteOn(library))}$`, 'm'))
  })

  it('2-04: only the libraries that are in it are named', async () => {
    const printed = await run('application', format, { banner, external: ['pg', 'bullmq'] })
    expect(printed).toContain(noteOn('ioredis'))
    expect(printed).not.toContain(noteOn('pg'))
    expect(printed).not.toContain(noteOn('bullmq'))
  })

  it('2-04: one without any of them starts and names none', async () => {
    const printed = await run('alone', format)
    expect(printed).toMatch(/^homeostat: \d+\.\d+\.\d+ started /)
    expect(printed).not.toContain('bundle')
  })

  it('forecasts with the same weights', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [source('forecasting')])
    expect(Number(stdout)).toBeGreaterThan(0)
    expect(await run('forecasting', format)).toBe(stdout)
  })
})

it('2-04: a bundle that leaves homeostat out names what it holds as well', async () => {
  const printed = await run('application', 'cjs', { minify: true, external: ['homeostat'] })
  for (const library of LIBRARIES) expect(printed).toContain(noteOn(library))
})

it('2-04: an application that is not bundled hears nothing of bundles', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [source('application')])
  expect(stdout).toMatch(/^homeostat: \d+\.\d+\.\d+ started /m)
  expect(stdout).not.toContain('bundle')
})
