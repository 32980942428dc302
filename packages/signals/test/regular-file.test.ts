import { execFileSync } from 'node:child_process'
import { constants } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRegularFile, readRegularFile, readRegularFileSync } from '../src/index.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'regular-file-'))))
afterEach(() => rm(folder, { recursive: true }))

describe('2-13: a file', () => {
  it('that is a pipe, a device, a socket or a folder is refused at once', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const socket = join(folder, 'socket')
    const server = createServer().listen(socket)
    const linked = join(folder, 'linked')
    await symlink(pipe, linked)
    const kinds: [string, string][] = [
      [pipe, 'pipe'],
      [linked, 'pipe'],
      ['/dev/zero', 'device'],
      ['/dev/null', 'device'],
      [socket, 'socket'],
      [folder, 'folder'],
    ]
    for (const [path, kind] of kinds) {
      const refused = `${path} is a ${kind}, and only a regular file is read; give the path of one`
      await expect(readRegularFile(path, 100)).rejects.toThrow(refused)
      expect(() => readRegularFileSync(path, 100)).toThrow(refused)
      await expect(openRegularFile(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT)).rejects.toThrow(
        refused,
      )
    }
    server.close()
  })

  it('that is regular is read up to its limit, also through a link', async () => {
    const path = join(folder, 'rules.yml')
    const link = join(folder, 'link.yml')
    const text = 'ü'.repeat(100_000)
    await writeFile(path, text)
    await symlink(path, link)
    for (const each of [path, link]) {
      expect(await readRegularFile(each, 200_000)).toBe(text)
      expect(readRegularFileSync(each, 200_000)).toBe(text)
      await expect(readRegularFile(each, 199_999)).rejects.toThrow('more than 199999 bytes')
      expect(() => readRegularFileSync(each, 199_999)).toThrow('more than 199999 bytes')
    }
    await expect(readRegularFile(join(folder, 'none'), 1)).rejects.toThrow('ENOENT')
  })

  it('whose size is unknown is read to its end', async () => {
    expect(await readRegularFile('/proc/self/status', 100_000)).toContain('VmRSS')
  })
})
