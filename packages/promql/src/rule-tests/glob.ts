import { readdirSync, statSync } from 'node:fs'
import { join, parse, sep } from 'node:path'

/**
 * Files that match a pattern, as Go's `filepath.Glob`: `*`, `?` and `[a-z]` within a name, no `**`. A path without these is
 * the file itself if it exists. `path.matchesGlob` and `fs.glob` are experimental in the oldest supported Node.
 */
export function glob(pattern: string): string[] {
  if (!/[*?[\\]/.test(pattern)) return exists(pattern) ? [pattern] : []
  const { root, dir, base } = parse(pattern)
  const folders = dir === '' ? [''] : dir === root ? [dir] : glob(dir)
  const name = namePattern(base)
  return folders.flatMap(folder =>
    entriesOf(folder === '' ? '.' : folder)
      .filter(entry => name.test(entry))
      .toSorted()
      .map(entry => (folder === '' ? entry : join(folder, entry))),
  )
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // As in Go: a folder that cannot be read matches nothing.
    return []
  }
}

function namePattern(text: string): RegExp {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    const end = char === '[' ? text.indexOf(']', i + 2) : -1
    if (char === '*') out += `[^${sep === '\\' ? '\\\\' : sep}]*`
    else if (char === '?') out += '.'
    else if (end !== -1) {
      const body = text.slice(i + 1, end).replaceAll(/[\\\]]/g, String.raw`\$&`)
      out += `[${body}]`
      i = end
    } else out += char.replace(/[$()+./^{|}\\[\]]/, String.raw`\$&`)
  }
  return new RegExp(`^${out}$`, 'su')
}
