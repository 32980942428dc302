import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../src/command.ts'
import { guardian } from '../src/guardian.ts'
import { isRunning } from './traces.ts'

const command = (file: string, ...args: string[]) => ({
  file,
  args,
  env: { PATH: process.env['PATH'] ?? '' },
  cwd: '/',
})

describe('the guardian', () => {
  it('reports the end of every command, however short and however many at once', async () => {
    const outputs = await Promise.all(
      Array.from({ length: 200 }, (_, i) => runCommand(command('/bin/echo', String(i)))),
    )
    expect(outputs).toEqual(outputs.map((_, i) => [String(i)]))
  })

  it('names in one line the command that failed and its last output', async () => {
    await expect(runCommand(command('/bin/ls', '/nonexistent'))).rejects.toMatchObject({
      code: 'HOMEOSTAT_COMMAND_FAILED',
      message: expect.stringMatching(/^\/bin\/ls failed \(exit code \d\): .*nonexistent.*$/),
    })
    await expect(runCommand(command('/nonexistent'))).rejects.toThrow('ENOENT')
  })

  it('stops a command that takes too long, with what it started', async () => {
    await expect(runCommand(command('/bin/sleep', '60'), 50)).rejects.toThrow(/did not end within 0.05 s/)
  })

  it('ends the processes of a folder that is removed', async () => {
    const folder = await guardian().folder(join(tmpdir(), 'services-test-'))
    const sleeper = await guardian().start({ ...command('/bin/sleep', '60'), cwd: folder }, 'SIGTERM')
    await guardian().remove(folder)
    expect(await sleeper.ended()).toEqual({ code: null, signal: 'SIGTERM' })
    expect([isRunning(sleeper.pid), existsSync(folder)]).toEqual([false, false])
  })

  it(
    'takes its processes along when it is killed itself, says so, and a new one takes over',
    { timeout: 20_000 },
    async () => {
      const lost = guardian()
      const folder = await lost.folder(join(tmpdir(), 'services-test-'))
      const sleeper = await lost.start(command('/bin/sleep', '60'), 'SIGTERM')
      const waiting = lost.ask({ ask: 'stop', pid: sleeper.pid, signal: 'SIGCONT', graceMs: 60_000 })
      const [parent] = await runCommand(command(process.execPath, '-p', 'process.ppid'))
      process.kill(Number(parent), 'SIGKILL')
      await expect(waiting).rejects.toMatchObject({ code: 'HOMEOSTAT_GUARDIAN_LOST' })
      await expect.poll(() => isRunning(sleeper.pid)).toBe(false)
      expect(existsSync(folder)).toBe(false)
      expect(await runCommand(command('/bin/echo', 'again'))).toEqual(['again'])
    },
  )
})
