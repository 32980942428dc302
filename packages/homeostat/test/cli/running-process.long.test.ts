import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LiveDiagnosis } from '../../src/doctor/live/live-diagnosis.ts'
import type { ReportContent } from '../../src/report/report.ts'
import { runCli, writeLive } from '../doctor/live/live-application.ts'

const APPLICATION = `
const { homeostat } = require('homeostat')
const rules = [{ alert: 'AlwaysTrue', expr: 'vector(1)', annotations: { summary: 'holds' } }]
const h = homeostat({ intervalMs: 50, rules, log: false })
for (const instrumentation of h.instrumentations) instrumentation.enable()
const server = require('node:http').createServer((request, response) => response.end('served')).listen(0, '127.0.0.1')
const timer = setInterval(() => {
  if (h.alerts().length === 0 || !server.listening) return
  clearInterval(timer)
  console.log(JSON.stringify({ port: server.address().port }))
}, 10)
process.on('SIGTERM', async () => { await h.stop(); server.close(); server.closeAllConnections() })
`

let folder: string
let remove: () => void
let application: ChildProcess
let port: number
let environment: Readonly<Record<string, string>>

async function start(variables: Readonly<Record<string, string>>): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['app.cjs'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...environment, ...variables },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const line = await new Promise<string>(resolve =>
    child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
  )
  const isOpen = variables['HOMEOSTAT_INSPECTION'] !== undefined && variables['TMPDIR'] === undefined
  if (isOpen) while (!existsSync(join(sockets(), `${child.pid}.sock`))) await delay(20)
  return { child, port: (JSON.parse(line) as { port: number }).port }
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill(signal)
  await ended
}

beforeAll(async () => {
  const written = await writeLive({ files: { 'app.cjs': APPLICATION } })
  folder = written.folder
  remove = written.remove
  environment = { TMPDIR: folder }
  const started = await start({ HOMEOSTAT_INSPECTION: 'true' })
  application = started.child
  port = started.port
})

afterAll(async () => {
  await end(application)
  remove()
})

const cli = (...args: string[]): ReturnType<typeof runCli> => runCli(args, folder, environment)
const sockets = (): string => join(folder, `homeostat-${process.getuid?.() ?? ''}`, '.sockets')
const socket = (): string => join(sockets(), `${application.pid}.sock`)

it('the socket and its folder are the user alone', () => {
  expect(statSync(socket()).mode & 0o777).toBe(0o600)
  expect(statSync(sockets()).mode & 0o777).toBe(0o700)
})

it('report prints h.report() of the only process, of its number, its socket and its address', async () => {
  const targets = [
    [],
    [String(application.pid)],
    [socket()],
    [`http://127.0.0.1:${port}`],
    [`http://localhost:${port}/x`],
  ]
  for (const target of targets) {
    const { code, out, error } = await cli('report', ...target)
    expect({ code, error }).toEqual({ code: 0, error: '' })
    // On a busy machine its event loop may lag, which is an alert as well.
    expect(out).toMatch(
      /^Homeostat \d+\.\d+\.\d+ in mode advise\n[^]*\nwatched:\n {2}[^]*\nalerts:\n(?: {2}.*\n)*? {2}AlwaysTrue/,
    )
  }
  const { out } = await cli('report', '--json')
  expect((JSON.parse(out) as ReportContent).alerts.map(({ alert }) => alert)).toContain('AlwaysTrue')
})

it('explain prints the alerts, or one of them', async () => {
  expect(await cli('explain')).toMatchObject({ code: 0, out: expect.stringContaining('AlwaysTrue') })
  const one = await cli('explain', 'AlwaysTrue', `--process=${application.pid}`)
  expect(one).toMatchObject({ code: 0, error: '', out: expect.stringContaining('AlwaysTrue') })
  const asJson = await cli('explain', '--json', 'AlwaysTrue')
  expect(JSON.parse(asJson.out)).toMatchObject({ line: one.out.trimEnd(), record: { firing: { alert: 'AlwaysTrue' } } })
  expect(await cli('explain', 'Nobody')).toMatchObject({ code: 1, out: "nothing is known of 'Nobody'\n" })
  expect(await cli('explain', '--json', 'Nobody')).toMatchObject({ code: 1, out: 'null\n' })
})

it('doctor asks a running process, by its number and its address', async () => {
  for (const target of [String(application.pid), `http://127.0.0.1:${port}`]) {
    const { code, out } = await cli('doctor', target)
    expect(code).toBe(0)
    expect(out).toMatch(/\n {2}Homeostat \d+\.\d+\.\d+ in mode advise: runtime \d+ series; /)
    expect(out).toContain('note: loaded scripts and instrumentations were not looked at')
  }
  const { out } = await cli('doctor', '--json', String(application.pid))
  const { findings, processes } = JSON.parse(out) as LiveDiagnosis
  expect({ findings, pid: processes[0]?.process.pid }).toEqual({ findings: [], pid: application.pid })
})

it.each([
  [['report', '1'], 'process 1 cannot be asked: start it with HOMEOSTAT_INSPECTION=true'],
  [['report', 'a.sock'], "'a.sock' is not a process"],
  [['report', '1', '2'], "unexpected '2'"],
  [['report', 'http://192.0.2.1:80'], "'http://192.0.2.1:80' is not an address of this machine"],
  [['report', 'http://127.0.0.1:1'], 'no process listens at port 1'],
  [['explain', '--process=http://[::'], 'is not a process'],
  [['doctor', '1', '--seconds=1'], '--seconds is for a command'],
  [['doctor', '1', '--variables=app.cjs'], '--variables is for a folder'],
])('exits with 2 for %j', async (args, text) => {
  expect(await cli(...args)).toMatchObject({ code: 2, out: '', error: expect.stringContaining(text) })
})

it('is not there without the option, and is removed at the end, or by the next process', async () => {
  const without = await start({})
  expect(readdirSync(sockets())).toEqual([`${application.pid}.sock`])
  await end(without.child)
  const killed = await start({ HOMEOSTAT_INSPECTION: '1' })
  const pids = [application.pid, killed.child.pid].toSorted((a = 0, b = 0) => a - b)
  for (const [command, callWith] of [
    ['report', 'homeostat report '],
    ['explain', 'homeostat explain --process='],
  ] as const)
    expect((await cli(command)).error).toContain(
      `name one of the processes ${pids.join(', ')}, e.g. ${callWith}${pids[0]},`,
    )
  await end(killed.child, 'SIGKILL')
  expect(existsSync(join(sockets(), `${killed.child.pid}.sock`))).toBe(true)
  const next = await start({ HOMEOSTAT_INSPECTION: 'yes' })
  await expect.poll(() => readdirSync(sockets())).not.toContain(`${killed.child.pid}.sock`)
  await end(next.child)
  expect(readdirSync(sockets())).toEqual([`${application.pid}.sock`])
})

it('hostile callers neither end nor hold the process', async () => {
  const send = (text: string): Promise<string> =>
    new Promise(resolve => {
      let answer = ''
      const caller = connect(socket(), () => caller.write(text))
      caller.on('data', (chunk: Buffer) => (answer += chunk.toString()))
      caller.on('error', () => undefined)
      caller.on('close', () => resolve(answer))
    })
  expect(await send('x'.repeat(100_000))).toBe('')
  for (const text of [
    '\n',
    'null\n',
    '{}\n',
    '[1]\n',
    '{"ask":"stop"}\n',
    '{"ask":"explain","id":{"a":1}}\n',
    '"report"\n',
  ])
    expect(JSON.parse(await send(text))).toHaveProperty(text.includes('explain') ? 'answer' : 'error')
  expect(await cli('report')).toMatchObject({ code: 0 })
})

it('a process that answers nonsense, or not at all, is reported', async () => {
  const path = join(folder, 'other.sock')
  const server = createServer(caller => caller.resume().end('hello\n')).listen(path)
  expect(await cli('report', path)).toMatchObject({
    code: 2,
    error: expect.stringContaining('its answer cannot be read'),
  })
  await new Promise(resolve => server.close(resolve))
})

it('a folder that others can write to is not used', async () => {
  const open = join(folder, 'open')
  mkdirSync(join(open, `homeostat-${process.getuid?.() ?? ''}`), { recursive: true })
  chmodSync(join(open, `homeostat-${process.getuid?.() ?? ''}`), 0o777)
  const other = await start({ HOMEOSTAT_INSPECTION: 'true', TMPDIR: open })
  await end(other.child)
  expect(existsSync(join(open, `homeostat-${process.getuid?.() ?? ''}`, '.sockets'))).toBe(false)
  writeFileSync(join(open, 'checked'), '')
})
