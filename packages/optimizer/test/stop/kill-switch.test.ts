import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { KillSwitch } from '../../src/index.ts'
import { KillFile } from '../../src/parts.ts'
import { temporaryFolder } from '../knobs/cell.ts'
import { startChild } from './watchdog/child.ts'

/** A kill switch, and the calls of its listeners. */
function withCalls(environment: Record<string, string> = {}): { killSwitch: KillSwitch; calls: string[] } {
  const killSwitch = new KillSwitch(environment)
  const calls: string[] = []
  killSwitch.onTrip(by => calls.push(by))
  killSwitch.onReset(() => calls.push('released'))
  return { killSwitch, calls }
}

test('it stays tripped while any source is, and each source is released where it was tripped', () => {
  const environment: Record<string, string> = {}
  const { killSwitch, calls } = withCalls(environment)
  let by: string | undefined
  using _source = killSwitch.add({ trippedBy: () => by })

  killSwitch.trip('the operator')
  by = 'the file'
  environment['HOMEOSTAT_DISABLED'] = '1'
  killSwitch.check()
  const { signal } = killSwitch
  expect(signal.aborted).toBe(true)

  killSwitch.reset()
  expect(killSwitch.state).toEqual({ tripped: true, by: 'HOMEOSTAT_DISABLED' })
  environment['HOMEOSTAT_DISABLED'] = '0'
  killSwitch.check()
  expect(killSwitch.state).toEqual({ tripped: true, by: 'the file' })
  expect(calls).toEqual(['the operator'])

  by = undefined
  killSwitch.check()
  expect(killSwitch.state).toEqual({ tripped: false })
  expect(calls).toEqual(['the operator', 'released'])
  expect(killSwitch.signal.aborted).toBe(false)
  // An aborted run stays aborted.
  expect(signal.aborted).toBe(true)
})

test('a source that is taken away holds nothing any more, and one that holds already trips it at once', () => {
  const { killSwitch, calls } = withCalls()
  const added = killSwitch.add({ trippedBy: () => 'the file' })
  expect(calls).toEqual(['the file'])
  added[Symbol.dispose]()
  expect(killSwitch.state).toEqual({ tripped: false })
})

/** A kill file that is looked at often, so that the test is short. */
function watched(path: string): { killSwitch: KillSwitch; calls: string[]; warnings: string[] } {
  const { killSwitch, calls } = withCalls()
  const warnings: string[] = []
  const onWarning = (message: string): number => warnings.push(message)
  const file = new KillFile({ path, pollMs: 20, onChange: () => killSwitch.check(), onWarning })
  onTestFinished(() => file[Symbol.dispose]())
  killSwitch.add(file)
  return { killSwitch, calls, warnings }
}

test('a file stops all actions while it is there, and lets them go on when it is removed', async () => {
  const path = join(temporaryFolder(), 'homeostat.off')
  const { calls } = watched(path)
  expect(calls).toEqual([])

  writeFileSync(path, 'deploy in progress\n')
  await vi.waitFor(() => expect(calls).toEqual([`the kill file ${path}`]))
  rmSync(path)
  await vi.waitFor(() => expect(calls).toEqual([`the kill file ${path}`, 'released']))
  writeFileSync(path, '1')
  await vi.waitFor(() => expect(calls).toHaveLength(3))
  writeFileSync(path, 'off\n')
  await vi.waitFor(() => expect(calls).toHaveLength(4))
})

test.each([
  ['1', true],
  ['true\n', true],
  ['stop '.repeat(20), true],
  ['0\n', false],
  [' False ', false],
  ['no', false],
])('a file that is there from the beginning counts at once: %j', (text, isTripped) => {
  const path = join(temporaryFolder(), 'homeostat.off')
  writeFileSync(path, text)
  expect(watched(path).killSwitch.state.tripped).toBe(isTripped)
})

test('an empty file stops nothing and leads to a warning, because its author may have meant it to stop', () => {
  const path = join(temporaryFolder(), 'homeostat.off')
  writeFileSync(path, '')
  const { killSwitch, warnings } = watched(path)
  expect(killSwitch.state.tripped).toBe(false)
  expect(warnings).toEqual([`the kill file ${path} is empty, which stops nothing; write 1 into it to stop all actions`])
})

test('a path that exists and cannot be read as a file counts as a stop', () => {
  const path = join(temporaryFolder(), 'homeostat.off')
  mkdirSync(path)
  expect(watched(path).killSwitch.state).toEqual({ tripped: true, by: `the kill file ${path}` })
})

const SIGNALLED = `
const killSwitch = new optimizer.KillSwitch({})
const listen = options => {
  const signal = new optimizer.KillSignal({ ...options, onChange: () => killSwitch.check(), onWarning: console.log })
  killSwitch.add(signal)
  return signal
}
killSwitch.onTrip(by => console.log('tripped by', by))
killSwitch.onReset(() => console.log('released'))
`
const LATER = `setInterval(() => {}, 1000); console.log('ready')`

test('a signal trips it, the same signal releases it, and the process lives on', async () => {
  const child = startChild(`${SIGNALLED}; listen({ shared: false }); listen({ shared: false }); ${LATER}`)
  await child.heard('ready')
  child.process.kill('SIGUSR2')
  await child.heard('tripped by SIGUSR2')
  child.process.kill('SIGUSR2')
  await child.heard('released')
})

test('the signal is not a kill switch while the application has a listener of its own', async () => {
  const program = `process.on('SIGUSR2', () => console.log('dump')); listen({ shared: false }); ${LATER}`
  const child = startChild(`${SIGNALLED}; ${program}`)
  await child.heard('ready')
  expect(child.said()).toContain('SIGUSR2 does not work as a kill switch: the application listens to it')
  child.process.kill('SIGUSR2')
  await child.heard('dump')
  expect(child.said()).not.toContain('tripped')
})

test('the same where the application listens later, and not where the signal was asked for', async () => {
  const later = startChild(
    `${SIGNALLED}; listen({ shared: false }); process.once('SIGUSR2', () => console.log('dump')); ${LATER}`,
  )
  await later.heard('ready')
  later.process.kill('SIGUSR2')
  await later.heard('dump')
  expect(later.said()).not.toContain('tripped')

  const asked = startChild(`${SIGNALLED}; process.on('SIGHUP', () => {}); listen({ signal: 'SIGHUP' }); ${LATER}`)
  await asked.heard('ready')
  asked.process.kill('SIGHUP')
  await asked.heard('tripped by SIGHUP')
})

test('the listener does not keep the process alive', async () => {
  const child = startChild(`${SIGNALLED}; listen({})`)
  expect(await child.ended()).toBe(0)
})

test('once disposed of, the signal does to the process what it always does', async () => {
  const child = startChild(`${SIGNALLED}; listen({})[Symbol.dispose](); ${LATER}`)
  await child.heard('ready')
  child.process.kill('SIGUSR2')
  expect(await child.ended()).toBe('SIGUSR2')
})
