import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { LoadedScript } from './inspected-process.ts'

/** A copy of a package of which scripts are loaded. */
export interface PackageCopy {
  readonly name: string
  readonly folder: string
  /** The first of its scripts, in the order of loading. */
  readonly firstId: number
  readonly urls: readonly string[]
  /** Whether one of its scripts is an ES module. */
  readonly isModule: boolean
}

const IN_PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/@][^/]*))\//

/** Groups scripts by the copies of packages that they belong to. */
export function packageCopies(scripts: readonly LoadedScript[]): PackageCopy[] {
  const copies = new Map<string, { name: string; firstId: number; urls: string[]; isModule: boolean }>()
  for (const { id, url, isModule } of scripts) {
    const [, folder, name] = IN_PACKAGE.exec(urlOf(url)) ?? []
    if (folder === undefined || name === undefined) continue
    const copy = copies.get(folder)
    if (copy) {
      copy.urls.push(url)
      copy.firstId = Math.min(copy.firstId, id)
      copy.isModule ||= isModule
    } else copies.set(folder, { name: decodeURIComponent(name), firstId: id, urls: [url], isModule })
  }
  return [...copies].map(([folder, copy]) => ({ folder: fileURLToPath(folder), ...copy }))
}

/** Paths of the scripts that belong to no package: the application's own, bundles among them. */
export function ownScripts(scripts: readonly LoadedScript[]): string[] {
  const urls = scripts.map(({ url }) => urlOf(url)).filter(url => !url.includes('/node_modules/'))
  return [...new Set(urls)].map(url => fileURLToPath(url))
}

/** A hook of the loader appends a query to the address of a module, and CommonJS may be named by its path. */
function urlOf(url: string): string {
  return (url.startsWith('file:') ? url : pathToFileURL(url).href).replace(/[?#].*$/s, '')
}

/** The version in the `package.json` of a copy. */
export function versionIn(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { version?: unknown }
    return typeof version === 'string' ? version.slice(0, 60) : undefined
  } catch {
    return undefined
  }
}

/** Relative to the folder of the process. */
export function shownPath(path: string): string {
  return relative(process.cwd(), path) || '.'
}
