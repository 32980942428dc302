import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { LiveDiagnosis } from '../../../src/doctor/live/live-diagnosis.ts'

const cli = fileURLToPath(new URL('../../../dist/cli/cli.js', import.meta.url))
const tests = fileURLToPath(new URL('../../../../../test', import.meta.url))

/** The folders of packages that applications can link to, by SDK line. */
const PLACES = {
  'sdk-2': join(tests, 'sdk-2/node_modules'),
  'sdk-3': join(tests, 'bench/node_modules'),
  'sdk-3 with OTLP': join(tests, 'sdk-3/node_modules'),
}

/** An application that runs in a process of its own. */
export interface LiveApplication {
  /** Sources by path. `READY` in one of them is code that has the doctor look now. The main file is the first one. */
  readonly files: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** The line of the SDK whose packages it finds. @default sdk-3 */
  readonly sdk?: keyof typeof PLACES
  /** Files of packages of its own, by path in `node_modules`. */
  readonly installed?: Readonly<Record<string, string>>
  /** Packages of another place, by path in `node_modules`. */
  readonly linked?: Readonly<Record<string, { readonly sdk: keyof typeof PLACES; readonly name: string }>>
  /** Bundles the main file, with these packages outside. */
  readonly external?: readonly string[]
}

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Makes the doctor look at once. A fixed time would be too short for a slow machine. */
const READY =
  "require('node:fs').writeFileSync(require('node:path').join(JSON.parse(process.env.HOMEOSTAT_DOCTOR_PROBE).folder, 'now'), '')"

/** Runs the doctor on an application. */
export async function diagnosisOfLive(
  application: LiveApplication,
): Promise<CommandResult & { diagnosis: LiveDiagnosis }> {
  const { folder, main, remove } = await writeLive(application)
  try {
    const command = [process.execPath, ...(application.flags ?? []), main]
    const result = await runCli(['doctor', '--json', '--seconds=60', '--', ...command], folder, application.environment)
    return { ...result, diagnosis: JSON.parse(result.out) as LiveDiagnosis }
  } finally {
    remove()
  }
}

/** Runs the published command in a process of its own. */
export function runCli(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { PATH, HOME, ...environment } })
  const result = { out: '', error: '' }
  child.stdout.on('data', (chunk: Buffer) => (result.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (result.error += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...result }))
  })
}

/** Writes an application to a folder of its own, with links to its packages. */
export async function writeLive({
  files,
  sdk = 'sdk-3',
  installed = {},
  linked = {},
  external,
}: LiveApplication): Promise<{
  readonly folder: string
  readonly main: string
  readonly remove: () => void
}> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'doctor-live-')))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(realpathSync(target), join(folder, path))
  }
  for (const [path, text] of Object.entries(installed)) write(`node_modules/${path}`, text)
  for (const [path, { sdk: place, name }] of Object.entries(linked))
    link(`node_modules/${path}`, join(PLACES[place], name))
  link('node_modules/@opentelemetry', join(PLACES[sdk], '@opentelemetry'))
  for (const name of ['ioredis', 'pg', 'homeostat'])
    if (installed[`${name}/package.json`] === undefined) link(`node_modules/${name}`, join(PLACES['sdk-3'], name))
  const [main = ''] = Object.keys(files)
  for (const [path, text] of Object.entries(files)) write(path, text.replaceAll('READY', readyIn(path)))
  if (external) await bundleInPlace(folder, main, external)
  return { folder, main, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function readyIn(path: string): string {
  return path.endsWith('.mjs')
    ? `{ const { createRequire } = await import('node:module'); const require = createRequire(import.meta.url); ${READY} }`
    : READY
}

async function bundleInPlace(folder: string, main: string, external: readonly string[]): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: [main],
    outfile: join(folder, main),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: main.endsWith('.mjs') ? 'esm' : 'cjs',
    external: ['pg-native', ...external],
    logLevel: 'silent',
  })
}
