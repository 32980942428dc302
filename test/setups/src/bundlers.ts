import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type Bundler = 'esbuild' | 'webpack' | 'rollup'
export type Format = 'cjs' | 'esm'

export interface BundleTask {
  /** The folder of the application, where the bundler is installed. */
  readonly folder: string
  readonly bundler: Bundler
  readonly format: Format
  /** Both relative to `apps/`. */
  readonly entry: string
  readonly outfile: string
  /** Packages that stay outside. */
  readonly external: readonly string[]
}

/** The usual banner of an ES module bundle: CommonJS libraries in it require Node's modules. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** What each bundler is given, as people configure it for a Node service; runs in the application's folder. */
const SCRIPTS: Readonly<Record<Bundler, string>> = {
  esbuild: `
    const { build } = await import('esbuild')
    await build({ entryPoints: [task.entry], outfile: task.outfile, bundle: true, platform: 'node', format: task.format,
      external: task.external, logLevel: 'error', ...(task.format === 'esm' && { banner: { js: ${JSON.stringify(REQUIRE)} } }) })`,
  webpack: `
    const { default: webpack } = await import('webpack')
    const path = await import('node:path')
    const isModule = task.format === 'esm'
    const type = isModule ? 'module' : 'commonjs2'
    const stats = await new Promise((resolve, reject) => webpack({
      mode: 'production', target: 'node22', entry: path.resolve(task.entry), externalsType: isModule ? 'module' : 'commonjs',
      // Names that end with a slash stand for a package's subpaths.
      externals: [({ request }, done) => task.external.some(name => request === name || request.startsWith(name + '/'))
        ? done(null, (isModule ? 'module ' : 'node-commonjs ') + request) : done()],
      experiments: { outputModule: isModule }, optimization: { minimize: false },
      output: { path: path.dirname(path.resolve(task.outfile)), filename: path.basename(task.outfile), library: { type }, module: isModule, chunkFormat: isModule ? 'module' : 'commonjs' },
      ignoreWarnings: [() => true],
    }, (error, done) => error ? reject(error) : resolve(done)))
    if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }))`,
  rollup: `
    const { rollup } = await import('rollup')
    const [{ default: commonjs }, { default: json }, { default: resolve }] = await Promise.all(
      ['commonjs', 'json', 'node-resolve'].map(name => import('@rollup/plugin-' + name)))
    const bundle = await rollup({ input: task.entry, onwarn: () => undefined, external: task.external,
      plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs({ ignoreDynamicRequires: true }), json()] })
    await bundle.write({ file: task.outfile, format: task.format, inlineDynamicImports: true })`,
}

/** Bundles with the application's own bundler, in a process of its own. */
export async function bundle({ folder, bundler, ...task }: BundleTask): Promise<void> {
  const script = join(folder, 'apps', `bundle-${bundler}-${task.format}-${process.pid}.mjs`)
  await writeFile(script, `const task = ${JSON.stringify(task)}\n${SCRIPTS[bundler]}\nprocess.exit()\n`)
  await promisify(execFile)(process.execPath, [script], { cwd: join(folder, 'apps'), maxBuffer: 2 ** 26 })
}
