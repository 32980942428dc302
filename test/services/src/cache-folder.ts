import { mkdir, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { guardian } from './guardian.ts'

/** Where things that are slow to make stay for the next run: `$XDG_CACHE_HOME/homeostat`, or `~/.cache/homeostat`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'homeostat')
}

/**
 * Fills `folder` with what `make` puts into a sibling of it, which takes its place in one step: a killed `make` leaves nothing half. When
 * another process was faster and its folder `works`, ours is thrown away; a folder that does not work is replaced.
 */
export async function fillOnce(
  folder: string,
  make: (partial: string) => Promise<void>,
  works: (folder: string) => Promise<boolean>,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const partial = await guardian().folder(`${folder}.partial-`)
  const discarded = await guardian().folder(`${folder}.old-`)
  try {
    await make(partial)
    // Fails when the folder exists.
    const moved = await rename(partial, folder).then(
      () => true,
      () => false,
    )
    if (moved || (await works(folder))) return
    await rename(folder, join(discarded, 'broken'))
    await rename(partial, folder)
  } finally {
    await guardian().remove(partial)
    await guardian().remove(discarded)
  }
}
