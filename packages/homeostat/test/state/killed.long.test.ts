import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const program = new URL('../fixtures/keeps-until-killed.ts', import.meta.url).pathname
/** More than one tick and less than a cooldown: what the process learned before it printed what it knew. */
const SINCE_START = { trials: 1, knownMs: 60_000, logs: 10 }

interface Known {
  readonly now: number
  readonly trials: number
  readonly knownMs: number
  readonly logs: number
}

/** Runs a process until it has saved some times, and kills it in the middle of whatever it does. */
async function life(folder: string, startedAt: number, saves: number): Promise<readonly Known[]> {
  const child = spawn(process.execPath, [program, folder, String(startedAt)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Known[] = []
  for await (const line of createInterface(child.stdout)) {
    if (lines.length <= saves) lines.push(JSON.parse(line) as Known)
    if (lines.length > saves) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return lines
}

test('a process that is killed and started again has its evidence, its forecasts and the quiet levels of its guards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'homeostat-test-'))
  let startedAt = 1_800_000_000_000
  let before: Known | undefined
  for (let index = 0; index < 3; index++) {
    // Two lives stay below the twelve trials of a verdict, which may end in a quarantine, without further trials.
    const [atStart, ...saved] = await life(folder, startedAt, 5)
    const last = saved.at(-1)!
    if (before) {
      for (const what of ['trials', 'knownMs', 'logs'] as const)
        expect(atStart![what], what).toBeGreaterThanOrEqual(before[what])
    } else
      for (const what of ['trials', 'knownMs', 'logs'] as const) expect(atStart![what]).toBeLessThan(SINCE_START[what])
    expect(last.trials).toBeGreaterThan(atStart!.trials)
    expect(last.knownMs).toBeGreaterThan(atStart!.knownMs + 20 * 60_000)
    before = last
    // A deployment takes a minute.
    startedAt = last.now + 60_000
  }
})
