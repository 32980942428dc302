import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onlySocket, socketOf } from '../../src/cli/processes/running-process.ts'
import { socketPath } from '../../src/inspection/socket-place.ts'

const NOBODY = 65_534
let folder: string
let path: string
let server: Server

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-owner-'))
  vi.stubEnv('TMPDIR', folder)
  path = socketPath(process.pid)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  server = createServer()
  await new Promise<void>(resolve => server.listen(path, resolve))
})
afterEach(() => {
  vi.unstubAllEnvs()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a socket of this user alone is asked', () => {
  expect(socketOf(String(process.pid))).toBe(path)
  expect(onlySocket('homeostat report ')).toBe(path)
})

test.each([
  ['the folder of the sockets', () => dirname(path)],
  ['the folder above it', () => dirname(dirname(path))],
])('nobody is asked where others may write in %s', (_, which) => {
  chmodSync(which(), 0o777)
  const line = `'${which()}' is not of this user alone, so nothing behind it can be trusted`
  expect(() => socketOf(String(process.pid))).toThrow(line)
  expect(() => onlySocket('homeostat report ')).toThrow(line)
})

test.runIf(process.getuid?.() === 0)('nobody is asked where another user owns the socket or a folder above it', () => {
  for (const each of [path, dirname(path), dirname(dirname(path))]) {
    chownSync(each, NOBODY, NOBODY)
    expect(() => socketOf(String(process.pid))).toThrow(`'${each}' is not of this user alone`)
    chownSync(each, 0, 0)
  }
})
