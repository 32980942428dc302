import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program of the example, started as a person would, with all it has written so far. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits until the output contains the text; fails when the program ends before. */
  readonly said: (text: string) => Promise<void>
  readonly ended: Promise<Ending>
}

export function start(
  program: 'main.ts' | 'demo.ts',
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Program {
  const file = fileURLToPath(new URL(`../src/${program}`, import.meta.url))
  // What one run has learned must not change the next one.
  const stateDir = mkdtempSync(join(tmpdir(), 'shop-test-'))
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, HOMEOSTAT_STATE_DIR: stateDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const changed = new EventTarget()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      changed.dispatchEvent(new Event('output'))
    })
  }
  let isEnded = false
  const end = async (): Promise<Ending> => {
    const [code, signal] = (await once(child, 'close')) as [Ending['code'], Ending['signal']]
    isEnded = true
    changed.dispatchEvent(new Event('output'))
    return { code, signal }
  }
  const ended = end()
  const said = async (text: string): Promise<void> => {
    while (!output.includes(text)) {
      if (isEnded) throw new Error(`ended without saying ${JSON.stringify(text)}:\n${output}`)
      await once(changed, 'output')
    }
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
    rmSync(stateDir, { recursive: true, force: true })
  }
  return { child, output: () => output, said, ended, [Symbol.asyncDispose]: stop }
}
