import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LiveDiagnosis } from '../../../src/doctor/live/live-diagnosis.ts'
import { diagnosisOfLive, runCli, writeLive } from './live-application.ts'

const cli = fileURLToPath(new URL('../../../dist/cli/cli.js', import.meta.url))
const STAY = '\nREADY\nsetInterval(() => {}, 1000)\n'

let folder: string
let remove: () => void

beforeAll(async () => {
  const files = {
    'app.cjs': `console.log('to out'); console.error('to error'); console.log(process.argv.slice(2).join(' '))${STAY}`,
    'fails.cjs': "console.error('no database'); process.exit(3)\n",
    'ends.cjs': "console.log('done')\n",
    'cluster.cjs': `
const cluster = require('node:cluster')
if (cluster.isPrimary) { cluster.fork(); cluster.fork(); setInterval(() => {}, 1000) }
else { setTimeout(() => { READY }, 500); setInterval(() => {}, 1000) }
`,
    'thread.cjs': `
const { Worker, isMainThread } = require('node:worker_threads')
if (isMainThread) new Worker(__filename).on('exit', () => { READY; setInterval(() => {}, 1000) })
`,
    'blocked.cjs': 'for (;;);\n',
    'stubborn.cjs': `process.on('SIGTERM', () => console.log('not yet'))${STAY}`,
    'signals.cjs':
      "process.on('SIGINT', () => { console.log('got SIGINT'); process.exit(7) }); console.log('up'); setInterval(() => {}, 1000)\n",
    'heavy.cjs': `
READY
const timer = setInterval(() => {
  const { folder } = JSON.parse(process.env.HOMEOSTAT_DOCTOR_PROBE)
  if (!require('node:fs').existsSync(require('node:path').join(folder, process.pid + '.json'))) return
  clearInterval(timer)
  const left = Object.getOwnPropertySymbols(globalThis).filter(symbol => String(symbol).includes('homeostat'))
  console.log(JSON.stringify({ exitListeners: process.listenerCount('exit'), left: left.length, resources: process.getActiveResourcesInfo() }))
}, 5)
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300))
`,
    'package.json': JSON.stringify({
      name: 'shop',
      scripts: { start: 'node "app.cjs"', stubborn: 'node "stubborn.cjs"', blocked: 'node blocked.cjs', other: 'true' },
    }),
  }
  const written = await writeLive({ files })
  folder = written.folder
  remove = written.remove
})

afterAll(() => remove())

const diagnosisIn = (out: string): LiveDiagnosis => JSON.parse(out) as LiveDiagnosis

it('passes on what the command prints, and its arguments', async () => {
  const { code, out, error } = await runCli(
    ['doctor', '--', process.execPath, 'app.cjs', '--json', '-h', 'rules'],
    folder,
  )
  expect(out).toMatch(/^to out\n--json -h rules\n/)
  expect(out).toContain('otel-not-loaded: ')
  expect(out).toContain('the command was ended by the doctor, after it had looked\n1 finding, ')
  expect(error).toBe('to error\n')
  expect(code).toBe(1)
})

it('keeps standard output for the JSON', async () => {
  const { out, error } = await runCli(['doctor', '--json', '--', process.execPath, 'app.cjs'], folder)
  expect(diagnosisIn(out).findings.map(({ id }) => id)).toEqual(['otel-not-loaded'])
  expect(error).toContain('to out\n')
  expect(error).toContain('to error\n')
})

it('looks at a command that ends by itself, and reports how it ended', async () => {
  const { code, out } = await runCli(['doctor', '--json', '--', process.execPath, 'ends.cjs'], folder)
  expect(diagnosisIn(out).command).toEqual({ exitCode: 0, isEndedByDoctor: false })
  expect(code).toBe(1)
})

it('exits with 2 for a command that fails before it is looked at', async () => {
  const failed = await runCli(['doctor', '--', process.execPath, 'fails.cjs'], folder)
  expect(failed.code).toBe(2)
  expect(failed.error).toContain('homeostat: error: the command failed with exit code 3 before it was looked at')
  expect(failed.out).toContain('the command ended with exit code 3')
  const asJson = await runCli(['doctor', '--json', '--', process.execPath, 'fails.cjs'], folder)
  expect(asJson.code).toBe(2)
  expect(diagnosisIn(asJson.out).failure).toContain('the command failed with exit code 3')
})

it.each([
  ['itself', [process.execPath, 'blocked.cjs']],
  ['behind npm', ['npm', 'run', 'blocked']],
])('names a process that is blocked, %s', async (_, command) => {
  const { code, error } = await runCli(['doctor', '--seconds=0.1', '--', ...command], folder)
  expect(error).toMatch(
    /no Node process of the command could be looked at: process \d+ did not answer within 10 s; its event loop may be blocked/,
  )
  expect(code).toBe(2)
})

it('does not take npm for the application', async () => {
  const { code, error } = await runCli(['doctor', '--seconds=0.1', '--', 'npm', 'run', 'other'], folder)
  expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining('ended too early, or runs no Node') })
})

it.each([
  [['--', 'no-such-program'], "command 'no-such-program' cannot be run: it does not exist"],
  [['--', '/'], "command '/' cannot be run: EACCES"],
  [['--'], 'no command stands after --'],
  [['--', 'node', '--permission', 'app.cjs'], 'a command under --permission cannot be looked at'],
  [['--seconds=0', '--', 'node'], "'--seconds' must be a number above 0 and at most 3600, got '0'"],
  [['--seconds=1'], '--seconds is for a command'],
  [['.', '--', 'node'], "give a folder or a command, not both: '.' stands before --"],
  [['--', 'true'], 'no Node process of the command could be looked at: it ended too early, or runs no Node'],
])('exits with 2 for %j', async (args, text) => {
  const { code, error } = await runCli(['doctor', ...args], folder)
  expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining(text) })
})

it('looks through a package manager at the application', async () => {
  const { out } = await runCli(['doctor', '--json', '--seconds=60', '--', 'npm', 'start'], folder)
  const { processes } = diagnosisIn(out)
  expect(processes.map(({ process }) => process.main)).toEqual(['app.cjs'])
  await isEnded(processes[0]?.process.pid ?? 0)
})

it('looks at each process of a cluster, and reports the same finding once', async () => {
  const { out } = await runCli(['doctor', '--json', '--seconds=60', '--', process.execPath, 'cluster.cjs'], folder)
  const { findings, processes } = diagnosisIn(out)
  expect(processes.length).toBeGreaterThan(1)
  expect(findings.map(({ id }) => id)).toEqual(['otel-not-loaded'])
  for (const { process } of processes) await isEnded(process.pid)
})

it('does not look into worker threads', async () => {
  const { out } = await runCli(['doctor', '--json', '--seconds=60', '--', process.execPath, 'thread.cjs'], folder)
  expect(diagnosisIn(out).processes).toHaveLength(1)
})

it('ends a command that does not want to', async () => {
  const { out } = await runCli(['doctor', '--json', '--', process.execPath, 'stubborn.cjs'], folder)
  expect(diagnosisIn(out).command).toEqual({ signal: 'SIGKILL', isEndedByDoctor: true })
})

it('ends an application behind npm that ignores SIGTERM', async () => {
  const { out } = await runCli(['doctor', '--json', '--seconds=60', '--', 'npm', 'run', 'stubborn'], folder)
  const { notes, processes } = diagnosisIn(out)
  expect(processes.map(({ process }) => process.main)).toEqual(['stubborn.cjs'])
  expect(notes.join()).not.toContain('still runs')
  expect(() => process.kill(processes[0]!.process.pid, 0)).toThrow('ESRCH')
})

it('forwards a signal after it has looked', async () => {
  const child = spawn(
    process.execPath,
    [cli, 'doctor', '--json', '--seconds=600', '--', process.execPath, 'signals.cjs'],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
    },
  )
  let [out, error] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const isUp = new Promise<void>(resolve => {
    child.stderr.on('data', (chunk: Buffer) => ((error += chunk.toString()), error.includes('up') && resolve()))
  })
  await isUp
  child.kill('SIGINT')
  const code = await new Promise(resolve => child.once('close', resolve))
  expect(error).toContain('got SIGINT')
  expect(diagnosisIn(out).command).toEqual({ exitCode: 7, isEndedByDoctor: false })
  expect(diagnosisIn(out).processes).toHaveLength(1)
  expect(diagnosisIn(out).notes.join()).not.toContain('failed')
  expect(code).toBe(1)
})

it('leaves nothing behind in the process and in the folder for temporary files', async () => {
  const { error } = await runCli(['doctor', '--json', '--', process.execPath, 'heavy.cjs'], folder, {
    TMPDIR: folder,
  })
  expect(JSON.parse(error)).toEqual({ exitListeners: 0, left: 0, resources: expect.not.arrayContaining(['Timeout']) })
  expect(readdirSync(folder).filter(name => name.startsWith('homeostat-doctor-'))).toEqual([])
})

it('keeps NODE_OPTIONS of the user, and works in a folder with spaces and quotes', async () => {
  const { diagnosis } = await diagnosisOfLive({
    files: {
      'app.cjs': `if (process.execArgv.length + Number(globalThis.preloaded) !== 1) throw 0${STAY}`,
      'pre.cjs': 'globalThis.preloaded = 1',
    },
    environment: { NODE_OPTIONS: '--require ./pre.cjs' },
  })
  expect(diagnosis.command).toMatchObject({ isEndedByDoctor: true })
})

it('the probe runs on the Node of the application, whatever it is', async () => {
  const old = '/usr/bin/node'
  const program = existsSync(old) ? old : process.execPath
  const version = execFileSync(program, ['--version']).toString().trim().slice(1)
  const { out } = await runCli(['doctor', '--json', '--', program, 'app.cjs'], folder)
  expect(diagnosisIn(out).processes.map(({ process }) => process.node)).toEqual([version])
})

it('the probe is one file that needs nothing else', () => {
  const text = readFileSync(join(fileURLToPath(new URL('../../../dist', import.meta.url)), 'doctor-probe.cjs'), 'utf8')
  expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(
    expect.not.arrayContaining([expect.not.stringMatching(/^node:/)]),
  )
  expect(text.length).toBeLessThan(40_000)
})

async function isEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await delay(20)
  }
}
