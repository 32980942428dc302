import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the libraries of unpacked packages are, for `LD_LIBRARY_PATH`. */
export async function libraryFolders(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const base of [join(folder, 'usr', 'lib'), join(folder, 'lib')]) {
    const entries = await readdir(base, { withFileTypes: true }).catch(() => [])
    found.push(
      base,
      ...entries
        .filter(entry => entry.isDirectory() && entry.name.includes('-linux-'))
        .map(({ name }) => join(base, name)),
    )
  }
  return found
}
