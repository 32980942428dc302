import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ShownHomeostat } from '@homeostat/console'
import { afterEach, expect, expectTypeOf, test, vi } from 'vitest'
import { homeostat, type Homeostat, type HomeostatOptions } from '../../src/index.ts'

let h: Homeostat | undefined
afterEach(async () => {
  await h?.stop()
  h = undefined
})

/** Starts a Homeostat and collects its log lines. */
function started(options: HomeostatOptions): { readonly lines: string[]; address(): Promise<string> } {
  const lines: string[] = []
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) }
  h = homeostat({ environment: {}, log, ...options })
  return {
    lines,
    address: () =>
      vi.waitFor(() => {
        const [, found] = /console: (http:\S+)/.exec(lines.join('\n')) ?? []
        expect(found).toBeDefined()
        return found!
      }),
  }
}

test('what homeostat() returns is what the console shows', () => {
  expectTypeOf<Homeostat>().toExtend<ShownHomeostat>()
})

test('there is a console where the option asks for one, and its address is in the log', async () => {
  const { address, lines } = started({ console: { port: 0 } })
  expect((await fetch(await address())).status).toBe(200)
  await h!.stop()
  await expect(fetch(await address())).rejects.toThrow()
  expect(lines.filter(line => line.includes('console'))).toHaveLength(1)
})

test.each([{ HOMEOSTAT_CONSOLE: '1', HOMEOSTAT_CONSOLE_PORT: '0' }, { HOMEOSTAT_CONSOLE_PORT: '0' }])(
  'the environment asks for one: %o',
  async environment => {
    const { address } = started({ environment })
    expect((await fetch(await address())).status).toBe(200)
  },
)

test('`console: true` in code has the port that the environment gives', async () => {
  const { address } = started({ console: true, environment: { HOMEOSTAT_CONSOLE_PORT: '0' } })
  expect(new URL(await address()).port).not.toBe('4663')
})

test('there is none by default', async () => {
  const { lines } = started({})
  await h!.optimizePerformance()
  expect(lines.join('\n')).not.toContain('console')
})

test('an address that other machines reach, without a token, is one line and no console', async () => {
  const { lines } = started({ console: { host: '0.0.0.0', port: 0 } })
  await vi.waitFor(() => expect(lines.join('\n')).toContain('there is no console: console.host is 0.0.0.0'))
  expect(h!.mode).toBe('advise')
})

test('an address that this machine does not have is one line and no console', async () => {
  const { lines } = started({ console: { host: '192.0.2.1', port: 0, token: 'long enough for this' } })
  await vi.waitFor(() => expect(lines.join('\n')).toContain('there is no console: EADDRNOTAVAIL'))
})

test('a token never appears in the log', async () => {
  const { lines, address } = started({ console: { port: 0, token: 'canary long enough for this' } })
  await address()
  await h!.optimizePerformance()
  expect(lines.join('\n')).not.toContain('canary')
})

const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

test('a console does not keep a process alive', async () => {
  const script = `
    const { homeostat } = await import(${JSON.stringify(dist)})
    homeostat({ console: { port: 0 }, environment: {} })`
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  expect(stderr).toContain('console: http://127.0.0.1:')
})

test('a page that looks does not keep a process alive', async () => {
  const script = `
    const { homeostat } = await import(${JSON.stringify(dist)})
    homeostat({ console: { port: 0 }, environment: {} })
    process.stdin.once('data', () => process.stdin.destroy())`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const address = await vi.waitFor(() => /console: (http:\S+)/.exec(log)![1]!, { timeout: 30_000 })
  const stream = await fetch(`${address}/events`)
  const reader = stream.body!.getReader()
  await reader.read()
  const ended = once(child, 'exit')
  child.stdin.write('end')
  expect((await ended)[0]).toBe(0)
})
