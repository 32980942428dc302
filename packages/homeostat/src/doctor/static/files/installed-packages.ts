import { dirname, join } from 'node:path'
import type { InstalledPackage, Manifest } from '../application-facts.ts'
import { textAt, textsAt, type FileReading } from './file-reading.ts'

const MOST_PACKAGES = 5000
const NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/
const DEPENDENCY_FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Packages that checks look at, beside those of OpenTelemetry and ours. */
const WATCHED = new Set([
  'dd-trace',
  'prom-client',
  'bullmq-otel',
  'newrelic',
  'elastic-apm-node',
  '@vercel/otel',
  '@sentry/node',
  'pg',
  'ioredis',
  'redis',
  'bullmq',
  'express',
  'fastify',
  'koa',
  'mongodb',
  'mysql2',
  'homeostat',
])
const WATCHED_SCOPES = /^@(?:opentelemetry|homeostat)\//

export function isWatched(name: string): boolean {
  return WATCHED.has(name) || WATCHED_SCOPES.test(name)
}

/**
 * Each copy of each package that the application can load, found as Node finds it: from the folder of whoever names it upwards,
 * links followed. That serves npm, pnpm and workspaces alike and leaves out what other applications of a workspace use.
 *
 * @param preloads - packages that flags name, which `package.json` need not list
 */
export function readInstalledPackages(
  reading: FileReading,
  manifest: Readonly<Record<string, unknown>>,
  preloads: readonly string[],
): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  const searched = new Map<string, string | undefined>()
  const devDependencies = [...textsAt(manifest, 'devDependencies').keys()].filter(isWatched)
  const roots = [...dependenciesOf(manifest), ...devDependencies, ...preloads]
  const queue: { name: string; from: string; via: string | undefined }[] = []
  for (const name of new Set(roots)) queue.push({ name, from: reading.root, via: undefined })
  const visited = new Set<string>()
  for (const { name, from, via } of queue) {
    const folder = folderOf(reading, searched, name, from)
    if (folder === undefined || visited.has(folder)) continue
    if (visited.size >= MOST_PACKAGES) {
      reading.note(`only the first ${MOST_PACKAGES} packages were read`)
      break
    }
    visited.add(folder)
    const own = reading.json(join(folder, 'package.json'))
    if (!own) continue
    const names = dependenciesOf(own)
    for (const each of names) queue.push({ name: each, from: folder, via: name })
    if (!isWatched(name)) continue
    const loads = names.filter(isWatched).flatMap(each => {
      const path = folderOf(reading, searched, each, folder)
      return path === undefined ? [] : [[each, reading.shown(path)] as const]
    })
    found.set(folder, {
      // By an alias of npm, a package is loaded under another name than its own.
      name: textAt(own, 'name') ?? name,
      version: textAt(own, 'version') ?? '',
      path: reading.shown(folder),
      via,
      peers: textsAt(own, 'peerDependencies'),
      engine: textsAt(own, 'engines').get('node'),
      loads: new Map(loads),
    })
  }
  return [...found.values()]
}

/** Whether anything is installed where Node looks for packages. */
export function hasInstalled(reading: FileReading, manifest: Readonly<Record<string, unknown>>): boolean {
  const names = dependenciesOf(manifest)
  if (names.length === 0 || names.some(name => isFound(reading, name))) return true
  reading.note("no dependency is in node_modules: install first; the store of Yarn's Plug'n'Play is not read")
  return false
}

/** Whether the application can load a package. */
export function isFound(reading: FileReading, name: string): boolean {
  return folderOf(reading, new Map(), name, reading.root) !== undefined
}

export function readManifest(manifest: Readonly<Record<string, unknown>>): Manifest {
  return {
    name: textAt(manifest, 'name'),
    type: textAt(manifest, 'type') === 'module' ? 'module' : 'commonjs',
    scripts: textsAt(manifest, 'scripts'),
    main: textAt(manifest, 'main'),
    dependencies: new Set([...dependenciesOf(manifest), ...textsAt(manifest, 'devDependencies').keys()]),
  }
}

/** The folder of a package, as Node finds it from another folder. */
function folderOf(
  reading: FileReading,
  searched: Map<string, string | undefined>,
  name: string,
  from: string,
): string | undefined {
  const key = `${from}\0${name}`
  if (searched.has(key)) return searched.get(key)
  let folder: string | undefined
  for (let at = from; folder === undefined; at = dirname(at)) {
    if (!at.endsWith('node_modules')) folder = reading.realPath(join(at, 'node_modules', name))
    if (at === dirname(at)) break
  }
  searched.set(key, folder)
  return folder
}

function dependenciesOf(manifest: Readonly<Record<string, unknown>>): string[] {
  const names = DEPENDENCY_FIELDS.flatMap(field => [...textsAt(manifest, field).keys()])
  return [...new Set(names)].filter(name => NAME.test(name) && name !== 'node_modules')
}
