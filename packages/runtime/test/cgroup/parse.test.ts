import { describe, expect, test } from 'vitest'
import {
  parseCfsQuota,
  parseCpuMax,
  parseKeyed,
  parseNumber,
  parseProcCgroup,
  parseProcStat,
  workingSet,
} from '../../src/cgroup/parse.ts'

describe('the files of a cgroup', () => {
  test('a limit is a number, and "max" or -1 means no limit', () => {
    expect(parseNumber('268435456\n')).toBe(268_435_456)
    expect(parseNumber('max\n')).toBeUndefined()
    expect(parseNumber('-1\n')).toBeUndefined()
    expect(parseNumber(undefined)).toBeUndefined()
    expect(parseNumber('')).toBeUndefined()
  })

  test('a keyed value is found by its whole key only', () => {
    const stat = 'anon 100\ninactive_file 42\ntotal_inactive_file 43\n'
    expect(parseKeyed(stat, 'inactive_file')).toBe(42)
    expect(parseKeyed(stat, 'total_inactive_file')).toBe(43)
    expect(parseKeyed(stat, 'file')).toBeUndefined()
  })

  test('a quota is CPUs in both versions', () => {
    expect(parseCpuMax('150000 100000\n')).toBe(1.5)
    expect(parseCpuMax('max 100000\n')).toBeUndefined()
    expect(parseCfsQuota('50000\n', '100000\n')).toBe(0.5)
    expect(parseCfsQuota('-1\n', '100000\n')).toBeUndefined()
  })

  test('reclaimable page cache does not count as memory in use', () => {
    expect(workingSet(100, 30)).toBe(70)
    expect(workingSet(100, 130)).toBe(0)
    expect(workingSet(100, undefined)).toBe(100)
    expect(workingSet(undefined, 3)).toBeUndefined()
  })

  test('the paths of all controllers are found, also where several share a line', () => {
    const paths = parseProcCgroup('4:memory:/docker/abc\n1:cpu,cpuacct:/docker/def\n0::/init.scope\n')
    expect(Object.fromEntries(paths)).toEqual({
      memory: '/docker/abc',
      cpu: '/docker/def',
      cpuacct: '/docker/def',
      '': '/init.scope',
    })
  })

  test('waiting for I/O is idle, stolen time is busy, and guest time is not counted twice', () => {
    const stat = 'cpu  100 10 20 1000 50 1 2 7 90 5\ncpu0 1 2 3 4\n'
    expect(parseProcStat(stat)).toEqual({ total: 1190, busy: 140 })
    expect(parseProcStat('intr 5\n')).toBeUndefined()
  })
})
