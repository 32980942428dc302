import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

/** A folder for the files of a test; call it outside of tests. */
export function useFolder(): { write(name: string, text: string): Promise<string> } {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'homeostat-backtest-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  return {
    async write(name, text) {
      const file = join(folder, name)
      await writeFile(file, text)
      return file
    },
  }
}

export const START = Date.UTC(2026, 0, 1)
export const MINUTE_MS = 60_000
