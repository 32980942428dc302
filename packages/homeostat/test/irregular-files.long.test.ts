import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { readHistory } from '../src/state/earlier-histories.ts'

const program = fileURLToPath(new URL('fixtures/irregular-files.ts', import.meta.url))

it.each(['pipe', '/dev/zero'])(
  '2-13: a process exits although its rule, response and kill files are %s',
  async kind => {
    const folder = await mkdtemp(join(tmpdir(), 'irregular-'))
    try {
      const path = kind === 'pipe' ? join(folder, 'pipe') : kind
      if (kind === 'pipe') execFileSync('mkfifo', [path])
      const run = promisify(execFile)(process.execPath, [program, path, folder], { timeout: 60_000 })
      const { stdout } = await run
      expect(stdout).toContain(`${path} is a ${kind === 'pipe' ? 'pipe' : 'device'}, and only a regular file is read`)
      expect(stdout).toContain('memory fine')
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  90_000,
)

it('2-13: a history that is a pipe is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'irregular-'))
  await mkdir(folder, { recursive: true })
  const path = join(folder, '0123456789abcdef.jsonl')
  execFileSync('mkfifo', [path])
  await expect(readHistory(path)).rejects.toThrow('is a pipe')
  await rm(folder, { recursive: true })
})
