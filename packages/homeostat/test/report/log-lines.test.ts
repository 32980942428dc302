import { diag, DiagLogLevel } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { EngineInstrumentation } from '../../src/doors/engine-instrumentation.ts'
import { homeostat } from '../../src/index.ts'
import { LogLines } from '../../src/report/log-lines.ts'
import { loggerOf, type Logger } from '../../src/options/logger.ts'

const complaints: string[] = []
let now = 0

beforeEach(() => {
  now = 0
  complaints.length = 0
  const note = (message: string): void => void complaints.push(message)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ALL)
})

afterEach(() => diag.disable())

function linesTo(logger: Logger | undefined): LogLines {
  const { faults } = new EngineInstrumentation().registry
  return new LogLines({ logger, faults, clock: () => now })
}

/** Writes `count` lines, each in a turn of its own. */
function write(lines: LogLines, count: number): void {
  for (let i = 0; i < count; i++) {
    lines.write('info', `line ${i}`)
    lines.flush()
  }
}

it('takes the text console in code and in HOMEOSTAT_LOG without a warning', async () => {
  const warned: string[] = []
  const note = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', note)
  await homeostat({ autoStart: false, log: 'console', environment: {} }).stop()
  await homeostat({ autoStart: false, environment: { HOMEOSTAT_LOG: 'console' } }).stop()
  await new Promise(setImmediate)
  process.off('warning', note)
  expect(warned).toEqual([])
})

it('2-71: writes one line an event, at its level, outside of the call', async () => {
  const logger = { info: vi.fn<(line: string) => void>(), warn: vi.fn<(line: string) => void>() }
  const lines = linesTo(logger)
  lines.write('info', 'a')
  lines.write('warn', 'b')
  expect(logger.info).not.toHaveBeenCalled()
  await vi.waitFor(() => expect(logger.warn).toHaveBeenCalledWith('homeostat: b'))
  expect(logger.info).toHaveBeenCalledWith('homeostat: a')
})

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw Object.create(null)
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
  ['blocks', () => void (now += 200)],
])('a logger that %s is left alone for five minutes, and reported without its words', async (_, call) => {
  const info = vi.fn<() => unknown>(call)
  const lines = linesTo({ info, warn: info })
  for (let i = 0; i < 10; i++) {
    write(lines, 1)
    await Promise.resolve()
  }
  expect(info).toHaveBeenCalledTimes(3)
  expect(complaints).toHaveLength(1)
  expect(complaints[0]).toContain('the logger of the option log is not called for five minutes')
  expect(complaints[0]).not.toContain('secret')

  now += 300_001
  write(lines, 1)
  expect(info).toHaveBeenCalledTimes(4)
})

it('a burst of events is thirty lines per minute, and the next line says how many were left out', () => {
  const info = vi.fn<(line: string) => void>()
  const lines = linesTo({ info, warn: info })
  write(lines, 1000)
  expect(info).toHaveBeenCalledTimes(30)
  now += 60_001
  write(lines, 1)
  expect(info).toHaveBeenLastCalledWith('homeostat: line 0 (970 lines before it were left out; h.report() has all)')
})

it('a burst that is the last thing is mentioned a minute later, and at the end', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const info = vi.fn<(line: string) => void>()
  const lines = linesTo({ info, warn: info })
  write(lines, 100)
  expect(info).toHaveBeenCalledTimes(30)
  now += 60_001
  vi.advanceTimersByTime(60_001)
  expect(info).toHaveBeenLastCalledWith('homeostat: 70 lines were left out; h.report() has all')
  now += 60_001
  write(lines, 31)
  lines[Symbol.dispose]()
  expect(info).toHaveBeenLastCalledWith('homeostat: 1 line was left out; h.report() has all')
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

it.each<[unknown, 'console' | 'given' | 'stderr' | 'none']>([
  [console, 'console'],
  [{ info() {}, warn() {} }, 'given'],
  [false, 'none'],
  [true, 'stderr'],
  [undefined, 'stderr'],
  [null, 'stderr'],
  ['console', 'console'],
  [{ info() {} }, 'stderr'],
])('log: %o writes to: %s', (log, expected) => {
  const logger = loggerOf(log as Logger)
  const given = logger === (log as Logger) ? 'given' : 'stderr'
  const found = logger === undefined ? 'none' : logger === console ? 'console' : given
  expect(found).toBe(expected)
})

it('HOMEOSTAT_LOG=false turns it off', async () => {
  const stderr = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await using h = homeostat({ autoStart: false, environment: { HOMEOSTAT_LOG: 'false' } })
  await h.optimizePerformance()
  await new Promise(resolve => setImmediate(resolve))
  expect(stderr).not.toHaveBeenCalled()
  stderr.mockRestore()
})
