import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { benches } from '../src/benches.ts'
import type { RegisterRow } from '../src/register/register-bench.ts'
import { SERVER_VARIANTS, type ServerRow } from '../src/http-server/server-bench.ts'
import type { StartRow } from '../src/start/start-bench.ts'

const SCRIPT = fileURLToPath(new URL('../src/bench.ts', import.meta.url))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(...args: string[]): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const child = execFile(process.execPath, ['--expose-gc', SCRIPT, ...args], (_error, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  )
  return promise
}

// Not a timed test: so few operations measure nothing, but go through everything that measures.
const FEW = ['--rounds', '1', '--ops', '1']

describe('npm run bench', () => {
  it.each(benches)('$name prints one JSON object a line for every path and variant', async bench => {
    const { code, stdout, stderr } = await run(bench.name, ...FEW, '--json')
    expect(code, stderr).toBe(0)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    const expected = bench.paths.flatMap(path => bench.variants.map(variant => [bench.name, path.name, variant.name]))
    expect(rows.map(row => [row['bench'], row['path'], row['variant']])).toEqual(expected)
    for (const row of rows) {
      expect(row).toMatchObject({
        addedNs: [expect.any(Number), expect.any(Number), expect.any(Number)],
        ratioToBare: expect.any(Number),
        resolved: expect.any(Boolean),
      })
      expect(row['ratioToPeer']).toHaveProperty('name', bench.peer.name)
      expect(row['ratioToPeer']).toHaveProperty('value')
      if (bench.name === 'signals') expect(row['bytesPerOp']).toEqual(expect.any(Number))
    }
    expect(stderr).toContain(`${bench.name}: round 1 of 1, bare`)
  })

  it('http runs the client and the server, and compares the server with and without ours', async () => {
    const { code, stdout, stderr } = await run('http', '--rounds', '1', '--ops', '8', '--json')
    expect(code, stderr).toBe(0)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as ServerRow)
    expect(new Set(rows.map(row => row.bench))).toEqual(new Set(['http-client', 'http-server']))
    const served = rows.filter(row => row.bench === 'http-server')
    expect(served.map(({ path, variant }) => `${path} ${variant}`)).toEqual(
      ['waiting', 'pipelined'].flatMap(path => SERVER_VARIANTS.map(variant => `${path} ${variant}`)),
    )
    for (const { usPerRequest, ratio, comparedWith, atMost } of served) {
      expect(usPerRequest[1]).toBeGreaterThan(0)
      expect(ratio === undefined).toBe(comparedWith === undefined)
      if (atMost !== undefined) expect(ratio?.[1]).toBeGreaterThan(0)
    }
  })

  it('start prints what homeostat() adds to NodeSDK with Prometheus', async () => {
    const { code, stdout, stderr } = await run('start', ...FEW, '--json')
    expect(code, stderr).toBe(0)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as StartRow)
    expect(rows.map(({ figure }) => figure)).toEqual(['import', 'import CPU', 'heap', 'external', 'resident'])
    for (const { sdk, added } of rows) {
      expect(sdk[1]).toBeGreaterThan(0)
      expect(added[1]).toBeGreaterThan(0)
    }
  })

  it('register prints what the flag adds to a start, disabled and not', async () => {
    const { code, stdout, stderr } = await run('register', '--rounds', '1', '--json')
    expect(code, stderr).toBe(0)
    const rows = stdout.trimEnd().split('\n')
    const variants = rows.map(line => JSON.parse(line) as RegisterRow)
    expect(variants.map(({ variant, atMostMs }) => [variant, atMostMs])).toEqual([
      ['otel', undefined],
      ['register', 60],
      ['disabled', 5],
    ])
    for (const { ms } of variants) expect(ms[1]).toBeGreaterThan(0)
    // Whether it is more or less than nothing depends on the machine in a single round.
    const [otel, ...others] = variants
    for (const { ms, added } of others) expect(added?.[1]).toBeCloseTo(ms[1] - otel!.ms[1])
  })

  it('prints a table, and for every goal whether it is met', async () => {
    const { code, stdout } = await run('signals', ...FEW)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ours-meter +[\d.]+/m)
    expect(stdout).toMatch(/goal: at most 20 ns and 0 bytes: .*, (not )?met$/m)
  })

  it('explains itself', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    for (const { name } of benches) expect(stdout).toContain(name)
    expect(stdout).toContain('--rounds N')
  })

  it.each([
    { args: ['mysql'], says: /expected one of signals\|(?:[a-z-]+\|)+forecast, not mysql/ },
    { args: [], says: /expected one of signals\|(?:[a-z-]+\|)+forecast, not nothing/ },
    { args: ['redis', '--rounds', 'many'], says: /--rounds must be a whole number from 1 on, not many/ },
    { args: ['redis', '--fast'], says: /Unknown option '--fast'/ },
  ])('answers $args with one line and exit code 2', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(says)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it.runIf(process.platform === 'linux')('stops at once with its children when it is interrupted', async () => {
    const bench = spawn(process.execPath, ['--expose-gc', SCRIPT, 'redis', '--rounds', '9'])
    let stderr = ''
    bench.stderr.setEncoding('utf8').on('data', chunk => (stderr += chunk))
    const measuring = await vi.waitUntil(() => childrenOf(bench.pid!)[0], { timeout: 20_000 })
    bench.kill('SIGINT')
    const [code] = await once(bench, 'close')
    expect(code).toBe(130)
    expect(stderr).toContain('bench: stopped by SIGINT')
    expect(() => process.kill(measuring, 0)).toThrow('ESRCH')
  })
})

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return list.split(' ').filter(Boolean).map(Number)
}
