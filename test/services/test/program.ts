import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Postgres, Redis } from '../src/index.ts'
import type { Traces } from './traces.ts'

/** What scenario.ts says when its servers run. */
export interface Announcement {
  readonly traces: readonly Traces[]
  readonly postgres: Pick<Postgres, 'url' | 'origin' | 'version'>
  readonly redis: Pick<Redis, 'url' | 'origin' | 'version'>
}

export interface Program {
  readonly child: ChildProcess
  readonly announced: Promise<Announcement>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>
}

const SCENARIO = fileURLToPath(new URL('./scenario.ts', import.meta.url))

/** Runs scenario.ts as a process of its own. */
export function runProgram(args: readonly string[], options: SpawnOptions = {}): Program {
  const child = spawn(process.execPath, [SCENARIO, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stderr?.on('data', chunk => (stderr += String(chunk)))
  const announced = new Promise<Announcement>((resolve, reject) => {
    child.stdout?.on('data', chunk => {
      stdout += String(chunk)
      const end = stdout.indexOf('\n')
      if (end < 0) return
      const announcement: Announcement = JSON.parse(stdout.slice(0, end))
      resolve(announcement)
    })
    child.once('close', () => reject(new Error(`ended without an announcement: ${stderr}`)))
  })
  // A scenario that must fail announces nothing; then only `ended` is looked at.
  announced.catch(() => {})
  const ended = new Promise<Awaited<Program['ended']>>(resolve => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, announced, ended }
}
