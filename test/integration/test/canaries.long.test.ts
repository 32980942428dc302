import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres, startRedis } from '@homeostat/services'
import { expect, it } from 'vitest'
import type { CanaryArgs } from '../src/canaries/application.ts'
import type { ProvingArgs } from '../src/canaries/proving-application.ts'

/** Everything that a process sent or stored, by channel, and the secrets that were found in it. */
interface Found {
  readonly ways: Readonly<Record<string, string>>
  readonly planted: readonly (readonly [place: string, secret: string])[]
}

/** Runs an application to its end. */
async function found(name: string, args: object, variables: NodeJS.ProcessEnv = {}): Promise<Found> {
  const program = fileURLToPath(new URL(`../src/canaries/${name}.ts`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(args)], {
    timeout: 150_000,
    maxBuffer: 256e6,
    env: { ...process.env, ...variables },
  })
  const { canaries, ...ways } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, string>
  return { ways, planted: Object.entries(JSON.parse(canaries!) as Record<string, string>) }
}

function leaksIn({ ways, planted }: Found): string[] {
  return Object.entries(ways).flatMap(([way, text]) =>
    planted.flatMap(([place, secret]) => {
      // Spellings of the secret that a log or an exporter may make of it.
      const stem = secret.split('-', 1)[0]!.toLowerCase()
      const at = text.toLowerCase().indexOf(stem)
      return at < 0 ? [] : [`${place} in ${way}: ${text.slice(Math.max(0, at - 120), at + 60)}`]
    }),
  )
}

it.each(['redis', 'postgres'] as const)(
  'no secret of an application leaves the process, with state in %s',
  async place => {
    await using postgres = await startPostgres()
    await using redis = await startRedis()
    const stateDir = await mkdtemp(join(tmpdir(), 'canaries-'))
    try {
      const args: CanaryArgs = {
        databaseUrl: postgres.url,
        redisUrl: redis.url,
        stateDir,
        place,
        prefix: `canary${process.pid}:`,
      }
      const all = await found('application', args)
      expect(leaksIn(all)).toEqual([])
      const { ways, planted } = all
      expect(planted.length).toBeGreaterThanOrEqual(130)
      expect(ways['unhandled']).toBe('')
      // Where nothing was printed it proves nothing.
      for (const way of ['diag', 'otlp', 'prometheus', 'spans', 'logs', 'explain', 'evidence', 'ledger', place])
        expect(ways[way]!.length, way).toBeGreaterThan(50)
      for (const event of ['sections', 'news', 'gauges', 'sample']) expect(ways['console']).toContain(`event: ${event}`)
      expect(ways['ran']).toContain('shop.throw11')
      expect(ways['ran']).toContain('cache.warm')
      expect(ways['ran']).toContain('query.optimize')
    } finally {
      await rm(stateDir, { recursive: true, force: true })
    }
  },
  180_000,
)

it('no secret of a knob leaves the process that proves it, or the command line that reports it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canaries-'))
  try {
    const args: ProvingArgs = { stateDir: join(folder, 'state'), reports: join(folder, 'reports') }
    await mkdir(args.reports)
    const all = await found('proving-application', args, { TMPDIR: folder })
    expect(leaksIn(all)).toEqual([])
    const { ways, planted } = all
    expect(planted.length).toBeGreaterThanOrEqual(20)
    expect(ways['unhandled']).toBe('')
    for (const way of ['diag', 'metrics', 'logs', 'explain', 'ledger', 'report', 'reportText', 'console', 'state'])
      expect(ways[way]!.length, way).toBeGreaterThan(50)
    const proofs = JSON.parse(ways['proofs']!) as { knob: string; change: string; line: string }[]
    const ended = proofs.filter(({ change }) => change === 'ended').map(({ knob }) => knob)
    expect(ended.toSorted()).toEqual([
      'shop.evasive',
      'shop.irreversible',
      'shop.shared',
      'shop.unreadable_once_set',
      'shop.unsettable',
      'shop.worded_once_set',
      'shop.works',
    ])
    expect(ways['printed']).toMatch(/^shop\.works at 4 changes the measure by -30 % .*: effective\.$/m)
    expect(ways['printed']).toMatch(/shop\.worded returned a value of type string; a number is expected/)
    for (const knob of ended)
      for (const ending of ['html', 'json']) expect(ways['reports']).toContain(`/${knob}.${ending}\n`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
