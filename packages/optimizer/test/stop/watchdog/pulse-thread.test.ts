import { expect, test, vi } from 'vitest'
import { PulseThread } from '../../../src/stop/watchdog/pulse-thread.ts'
import { Pulse, PULSE_READER } from '../../../src/stop/watchdog/pulse.ts'

test('a thread that dies is reported and started again, and works as before', async () => {
  const pulse = new Pulse()
  const lost: string[] = []
  // The first thread of this memory dies at once.
  const lives = new Int32Array(new SharedArrayBuffer(4))
  const program = `if (Atomics.add(require('node:worker_threads').workerData.lives, 0, 1) === 0) process.exit(3)\n${PULSE_READER}`
  const options = { memory: pulse.memory, pollMs: 20, limit: 5, lives }
  await using _thread = new PulseThread(options, error => lost.push(error.message), program)

  await vi.waitFor(() => expect(lost).toHaveLength(1), { timeout: 10_000 })
  expect(lost[0]).toBe(
    'the thread of the watchdog has ended (exit code 3); it is started again in 1000 ms; watchdog: false turns it off',
  )
  // Nobody beats: the new thread finds that out.
  await vi.waitFor(() => expect(pulse.trips).toBe(1), { timeout: 10_000 })
  expect(lives[0]).toBe(2)
  expect(lost).toHaveLength(1)
})

test('a program that cannot run is reported with its cause, and the process goes on', async () => {
  const lost: Error[] = []
  const options = { memory: new Pulse().memory, pollMs: 20, limit: 5 }
  await using _thread = new PulseThread(options, error => lost.push(error), 'throw new TypeError("no")')

  await vi.waitFor(() => expect(lost).toHaveLength(1), { timeout: 10_000 })
  expect(lost[0]?.cause).toMatchObject({ message: 'no' })
})
