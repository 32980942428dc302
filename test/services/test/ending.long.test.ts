import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runProgram } from './program.ts'
import { leftovers } from './traces.ts'

// Gone at once where the process itself could still wait for it; soon after where it was killed. Generous for a busy machine.
const SOON_MS = 15_000

describe('servers end with the program that started them', () => {
  it.each([
    { way: 'return', code: 0 },
    { way: 'exit', code: 7 },
    { way: 'crash', code: 1 },
  ])('everything is gone when the program has ended by $way, with its own exit code', async ({ way, code }) => {
    const program = runProgram([way])
    const { traces } = await program.announced
    const { code: seen, stderr } = await program.ended
    expect(seen).toBe(code)
    expect(await leftovers(traces, 0)).toEqual([])
    if (way === 'crash') expect(stderr).toContain('a bug of the application')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP'] as const)(
    'everything is gone soon after %s, which is not swallowed',
    async signal => {
      const program = runProgram(['wait'])
      const { traces } = await program.announced
      program.child.kill(signal)
      expect((await program.ended).signal).toBe(signal)
      expect(await leftovers(traces, SOON_MS)).toEqual([])
    },
  )

  it('leaves a signal to the application when it has a handler of its own', async () => {
    const program = runProgram(['own-handler'])
    const { traces } = await program.announced
    program.child.kill('SIGTERM')
    const { code, stdout } = await program.ended
    expect(stdout).toContain('the application drains')
    expect(code).toBe(5)
    expect(await leftovers(traces, 0)).toEqual([])
  })

  it('Ctrl-C, which signals the whole process group, leaves nothing behind either', async () => {
    const program = runProgram(['wait'], { detached: true })
    const { traces } = await program.announced
    process.kill(-(program.child.pid ?? 0), 'SIGINT')
    await program.ended
    expect(await leftovers(traces, SOON_MS)).toEqual([])
  })

  it('a program killed while its servers are still starting leaves nothing behind', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'services-test-'))
    // The user that Postgres runs as passes through it.
    await chmod(temporary, 0o755)
    const program = runProgram(['wait'], { env: { ...process.env, TMPDIR: temporary } })
    await expect.poll(() => readdir(temporary), { timeout: 20_000, interval: 5 }).not.toEqual([])
    program.child.kill('SIGKILL')
    await program.ended
    await expect.poll(() => readdir(temporary), { timeout: SOON_MS }).toEqual([])
    await rm(temporary, { recursive: true })
  })
})
