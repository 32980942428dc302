import { join } from 'node:path'
import type { Bundling, Manifest } from '../application-facts.ts'
import type { FileReading } from './file-reading.ts'
import { shellCommands } from './shell-words.ts'

const CONFIGURATIONS: readonly (readonly [tool: string, files: readonly string[]])[] = [
  ['webpack', ['webpack.config.js', 'webpack.config.cjs', 'webpack.config.mjs', 'webpack.config.ts']],
  ['rollup', ['rollup.config.js', 'rollup.config.mjs', 'rollup.config.ts']],
]

/** The bundler that a script named `build` runs, with the packages that it leaves outside. */
export function readBundling(reading: FileReading, manifest: Manifest): Bundling | undefined {
  for (const [name, script] of manifest.scripts) {
    if (!/^build(?:$|:)/.test(name)) continue
    for (const words of shellCommands(script)) {
      const bundling = bundlingOf(reading, words, `package.json scripts.${name}`)
      if (bundling) return bundling
    }
  }
  return undefined
}

function bundlingOf(reading: FileReading, words: readonly string[], from: string): Bundling | undefined {
  const rest = words[0] === 'npx' ? words.slice(1) : words
  const [program = '', second = ''] = rest
  if (program === 'esbuild' && rest.includes('--bundle')) {
    if (rest.includes('--packages=external')) return { tool: 'esbuild', from, externals: 'all' }
    return { tool: 'esbuild', from, externals: namesAfter(rest, '--external:') }
  }
  if (program === 'ncc' && second === 'build') {
    const named = rest.filter((_, index) => rest[index - 1] === '-e' || rest[index - 1] === '--external')
    return { tool: 'ncc', from, externals: new Set(named) }
  }
  const configured = CONFIGURATIONS.find(([tool]) => tool === program)
  if (configured) return ofConfiguration(reading, configured)
  if (program === 'node' && /\.[cm]?[jt]s$/.test(second)) return ofBuildFile(reading, second)
  return undefined
}

function namesAfter(words: readonly string[], prefix: string): Set<string> {
  return new Set(words.filter(word => word.startsWith(prefix)).map(word => word.slice(prefix.length)))
}

function ofConfiguration(
  reading: FileReading,
  [tool, files]: readonly [string, readonly string[]],
): Bundling | undefined {
  for (const file of files) {
    const text = reading.text(join(reading.root, file))
    if (text === undefined) continue
    // A bundle for browsers does not concern the doctor.
    if (tool === 'webpack' && !/target\s*:\s*\[?\s*['"](?:async-)?node/.test(text)) return undefined
    return { tool, from: file, externals: /\bexternals?\b|nodeExternals/.test(text) ? 'all' : new Set() }
  }
  return undefined
}

function ofBuildFile(reading: FileReading, file: string): Bundling | undefined {
  const path = join(reading.root, file)
  const text = reading.isInside(path) ? reading.text(path) : undefined
  if (text === undefined || !/['"]esbuild['"]/.test(text) || !/bundle\s*:\s*true/.test(text)) return undefined
  if (/packages\s*:\s*['"]external['"]/.test(text)) return { tool: 'esbuild', from: file, externals: 'all' }
  const [, list = ''] = /external\s*:\s*\[([^\]]{0,5000})\]/.exec(text) ?? []
  return {
    tool: 'esbuild',
    from: file,
    externals: new Set([...list.matchAll(/['"]([^'"]+)['"]/g)].map(([, name = '']) => name)),
  }
}
