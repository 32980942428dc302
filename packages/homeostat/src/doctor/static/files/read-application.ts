import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { ApplicationFacts, MemoryLimit, Setting } from '../application-facts.ts'
import { readBundling } from './bundling.ts'
import { parseCompose, type ComposeFacts } from './compose-file.ts'
import { parseDockerfile } from './dockerfile.ts'
import { FileReading } from './file-reading.ts'
import { hasInstalled, isFound, readInstalledPackages, readManifest } from './installed-packages.ts'
import { isPath, readLoadOrder } from './load-order.ts'
import { readConfigFile } from './otel-config-file.ts'
import { packageOf } from './package-name.ts'
import { flagsOfNodeOptions, parseStart } from './start-command.ts'

const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/** Facts about the machine on which the doctor runs. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Such as `v24.21.0`. */
  readonly nodeVersion: string
  /** The limit of the process's control group; 0 or undefined without one. */
  readonly memoryLimitBytes: number | undefined
}

export interface ReadApplicationOptions {
  readonly machine: Machine
  /** A file of variables, as `node --env-file` reads it, relative to the current folder. @default none */
  readonly envFile?: string | undefined
}

/** Reads a folder. Runs nothing of it, follows no link out of it but those of packages, and does not throw. */
export function readApplication(folder: string, { machine, envFile }: ReadApplicationOptions): ApplicationFacts {
  const reading = new FileReading(resolve(folder))
  const { root } = reading
  const read = reading.json(join(root, 'package.json'))
  // It is the first file, so the first note is about it. A missing file has none.
  const manifestFault = read ? undefined : (reading.notes[0] ?? 'the folder has no package.json')
  const raw = read ?? {}
  const manifest = readManifest(raw)
  const image = parseDockerfile(reading.text(join(root, 'Dockerfile')) ?? '')
  const compose = readCompose(reading)
  const { start, assignments } = parseStart(manifest, image?.command)

  // Later ones win, as in the process.
  const environment = new Map([...(image?.environment ?? []), ...compose.environment])
  const envFiles = start.flags.filter(({ name }) => name === '--env-file' || name === '--env-file-if-exists')
  for (const { value } of envFiles) addFile(environment, reading, resolve(root, value))
  if (envFile !== undefined) addFile(environment, reading, resolve(envFile))
  for (const [name, value] of Object.entries(machine.environment))
    if (value !== undefined) environment.set(name, { value, from: 'the environment of this command' })
  for (const [name, setting] of assignments) environment.set(name, setting)

  const flags = [...flagsOfNodeOptions(environment.get('NODE_OPTIONS')), ...start.flags]
  const wholeStart = { ...start, flags }
  const preloads = flags.filter(({ name }) => name === '--import' || name === '--require')
  const preloaded = preloads.filter(({ value }) => !isPath(value)).flatMap(({ value }) => packageOf(value) ?? [])
  const isInstalled = hasInstalled(reading, raw)
  const order = readLoadOrder(reading, manifest, wholeStart)
  return {
    manifestFault,
    manifest,
    packages: readInstalledPackages(reading, raw, preloaded),
    missingPreloads: isInstalled ? preloaded.filter(name => !isFound(reading, name)) : [],
    start: wholeStart,
    environment,
    events: order.events,
    marks: order.marks,
    // An image whose version is not known has another Node than this machine.
    node: image ? image.node : { range: machine.nodeVersion.replace(/^v/, ''), from: 'this command' },
    memoryLimits: memoryLimits(machine, compose),
    bundling: readBundling(reading, manifest),
    configFile: readConfigFile(reading, environment.get('OTEL_CONFIG_FILE')),
    notes: reading.notes,
  }
}

function readCompose(reading: FileReading): ComposeFacts {
  for (const name of COMPOSE_FILES) {
    const text = reading.text(join(reading.root, name))
    if (text !== undefined) return parseCompose(text, name)
  }
  return { environment: new Map(), limit: undefined }
}

function addFile(environment: Map<string, Setting>, reading: FileReading, path: string): void {
  const text = reading.text(path)
  if (text === undefined) return reading.note(`${reading.shown(path)} has no variables that could be read`)
  const from = reading.shown(path)
  for (const [name, value] of Object.entries(parseEnv(text)))
    if (value !== undefined) environment.set(name, { value, from })
}

function memoryLimits(machine: Machine, compose: ComposeFacts): MemoryLimit[] {
  const { memoryLimitBytes: bytes = 0 } = machine
  // Without a limit, Linux reports a number beyond any machine.
  const own = bytes > 0 && bytes < 2 ** 50 ? [{ bytes, from: 'the control group of this machine' }] : []
  return [...(compose.limit ? [compose.limit] : []), ...own]
}
