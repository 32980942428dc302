import { pbkdf2Sync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { threadCpuMs } from '../../src/threads/thread-cpu.ts'

/** The CPU time of a fixed amount of work, in milliseconds. */
function burnt(rounds: number): number {
  const before = threadCpuMs()
  pbkdf2Sync('password', 'salt', rounds, 64, 'sha512')
  return threadCpuMs() - before
}

it('finds work that is shorter than a tick of the kernel as exactly as long work', async () => {
  const PIECES = 40
  burnt(2000)
  let pieces = 0
  for (let piece = 0; piece < PIECES; piece++) {
    await sleep(2)
    pieces += burnt(1000)
  }
  const whole = burnt(PIECES * 1000)

  // A count that is not brought up to date finds less than a tenth.
  expect(pieces / whole).toBeGreaterThan(0.5)
})
