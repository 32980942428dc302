import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A process that runs a program given as text, and what it has said. */
export interface Child {
  readonly process: ChildProcess
  readonly said: () => string
  /** Waits until it has said this, as often as asked. */
  heard(words: string, times?: number): Promise<void>
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string>
}

const DOORS = ['index', 'parts'].map(door => JSON.stringify(new URL(`../../../src/${door}.ts`, import.meta.url).href))

/** Starts a process. The program finds the package as `optimizer`, and ends with the test. */
export function startChild(program: string, environment: Record<string, string> = {}): Child {
  const doors = DOORS.map(door => `...(await import(${door}))`).join()
  const text = `const optimizer = { ${doors} }\n${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const changed = new EventTarget()
  const hear = (chunk: Buffer): void => {
    said += chunk.toString()
    changed.dispatchEvent(new Event('said'))
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const end = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  void end.then(() => changed.dispatchEvent(new Event('said')))
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    process: child,
    said: () => said,
    ended: () => end,
    async heard(words, times = 1) {
      while (said.split(words).length <= times) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`ended without "${words}": ${said}`)
        await once(changed, 'said')
      }
    },
  }
}
