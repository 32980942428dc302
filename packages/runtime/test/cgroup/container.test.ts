import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createContainer, type ContainerReading } from '../../src/cgroup/container.ts'
import { cpuLimit, memoryLimit } from '../../src/signals/limits.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cgroup-fixture-'))
})
afterEach(() => rm(root, { recursive: true }))

async function readingOf(files: Record<string, string>): Promise<ContainerReading> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  const container = createContainer(join(root, 'cgroup'), join(root, 'proc'))
  await container.refresh()
  return container.reading!
}

const GIB = 2 ** 30

describe('the limits of a container', () => {
  test('cgroup v2 in a container: limit, working set, quota and usage', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '0::/\n',
      'cgroup/memory.max': `${GIB}\n`,
      'cgroup/memory.current': '700000000\n',
      'cgroup/memory.stat': 'anon 1\ninactive_file 200000000\n',
      'cgroup/cpu.max': '150000 100000\n',
      'cgroup/cpu.stat': 'usage_usec 2500000\nuser_usec 1\n',
    })
    expect(reading.memory).toEqual({ limit: GIB, usage: 500_000_000 })
    expect(reading.cpu).toEqual({ limit: 1.5, usage: 2.5 })
  })

  test.each([
    ['memory.high alone', 'max', String(GIB), GIB],
    ['memory.high below memory.max', String(2 * GIB), String(GIB), GIB],
    ['memory.high above memory.max', String(GIB), String(2 * GIB), GIB],
    ['a memory.high of 0, which libuv takes for none', String(GIB), '0', GIB],
    ['no limit at all', 'max', 'max', undefined],
  ])('2-57: %s', async (_, max, high, limit) => {
    const reading = await readingOf({
      'proc/self/cgroup': '0::/\n',
      'cgroup/memory.max': `${max}\n`,
      'cgroup/memory.high': `${high}\n`,
      'cgroup/memory.current': '700\n',
    })
    expect(reading.memory).toEqual({ limit, usage: 700 })
  })

  test('2-57: memory.high of a parent', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '0::/pod/app\n',
      'cgroup/pod/memory.max': 'max\n',
      'cgroup/pod/memory.high': `${GIB}\n`,
      'cgroup/pod/memory.current': '900\n',
      'cgroup/pod/app/memory.max': `${2 * GIB}\n`,
      'cgroup/pod/app/memory.high': 'max\n',
      'cgroup/pod/app/memory.current': '300\n',
    })
    expect(reading.memory).toEqual({ limit: GIB, usage: 900 })
  })

  test('cgroup v1: the limit of a parent that the container does not see', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '5:memory:/\n',
      'cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'cgroup/memory/memory.usage_in_bytes': '600\n',
      'cgroup/memory/memory.stat': `hierarchical_memory_limit ${GIB}\ntotal_inactive_file 100\n`,
    })
    expect(reading.memory).toEqual({ limit: GIB, usage: 500 })
  })

  test('cgroup v2 with nested groups: the lowest limit binds, with the usage of its own level', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '0::/app.slice/shop.service\n',
      'cgroup/app.slice/memory.max': `${GIB}\n`,
      'cgroup/app.slice/memory.current': '900\n',
      'cgroup/app.slice/memory.stat': 'inactive_file 100\n',
      'cgroup/app.slice/shop.service/memory.max': 'max\n',
      'cgroup/app.slice/shop.service/memory.current': '300\n',
    })
    expect(reading.memory).toEqual({ limit: GIB, usage: 800 })
  })

  test('cgroup v1 with separate controllers', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '5:memory:/a/b\n2:cpuacct:/a\n1:cpu:/a\n0::/\n',
      'cgroup/memory/a/b/memory.limit_in_bytes': `${GIB}\n`,
      'cgroup/memory/a/b/memory.usage_in_bytes': '600\n',
      'cgroup/memory/a/b/memory.stat': 'inactive_file 1\ntotal_inactive_file 100\n',
      'cgroup/cpu/a/cpu.cfs_quota_us': '200000\n',
      'cgroup/cpu/a/cpu.cfs_period_us': '100000\n',
      'cgroup/cpuacct/a/cpuacct.usage': '3000000000\n',
    })
    expect(reading.memory).toEqual({ limit: GIB, usage: 500 })
    expect(reading.cpu).toEqual({ limit: 2, usage: 3 })
  })

  test('cgroup v1 in a container without a namespace: the own cgroup is the root of the mount', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '5:memory:/docker/0123\n1:cpu,cpuacct:/docker/0123\n',
      'cgroup/memory/memory.limit_in_bytes': `${GIB}\n`,
      'cgroup/memory/memory.usage_in_bytes': '600\n',
      'cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      'cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      'cgroup/cpu,cpuacct/cpuacct.usage': '1000000000\n',
    })
    expect(reading.memory).toEqual({ limit: GIB, usage: 600 })
    expect(reading.cpu).toEqual({ limit: undefined, usage: 1 })
  })

  test('a path out of the namespace is not followed', async () => {
    await writeFile(join(root, 'memory.max'), '1\n')
    const reading = await readingOf({
      'proc/self/cgroup': '0::/../..\n',
      'cgroup/memory.max': `${GIB}\n`,
      'cgroup/memory.current': '5\n',
    })
    expect(reading.memory.limit).toBe(GIB)
  })

  test('without a cgroup there is no limit, and no error', async () => {
    const reading = await readingOf({})
    expect(reading.memory).toEqual({ limit: undefined, usage: undefined })
    expect(reading.cpu).toEqual({ limit: undefined, usage: undefined })
    expect(reading.hostCpu!.total).toBeGreaterThan(0)
  })

  test('an unlimited cgroup v1, which has 2^63, leaves the host as the limit', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '5:memory:/\n',
      'cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'cgroup/memory/memory.usage_in_bytes': '600\n',
    })
    expect(memoryLimit(reading, 8 * GIB)).toEqual({ value: 8 * GIB, source: 'host' })
  })

  test('a quota of 1.5 CPUs is 1.5 and not the rounded parallelism; one above the host does not count', async () => {
    const reading = await readingOf({
      'proc/self/cgroup': '0::/\n',
      'cgroup/cpu.max': '150000 100000\n',
      'cgroup/cpu.stat': 'usage_usec 1\n',
    })
    expect(cpuLimit(reading, 8, 1)).toEqual({ value: 1.5, source: 'cgroup' })
    expect(cpuLimit(reading, 1, 1)).toEqual({ value: 1, source: 'host' })
  })
})

test.each([
  ['a quota below what the affinity leaves', '150000 100000', 'ff', 1.5, 'cgroup'],
  ['an affinity, or a cpuset, below the quota', '300000 100000', '00000000,00000003', 2, 'host'],
  ['no quota', 'max 100000', '3', 2, 'host'],
] as const)('CPUs: %s', async (_, quota, mask, value, source) => {
  const reading = await readingOf({
    'proc/self/cgroup': '0::/\n',
    'proc/self/status': `Name:\tnode\nCpus_allowed:\t${mask}\nCpus_allowed_list:\t0-1\n`,
    'cgroup/cpu.max': `${quota}\n`,
    'cgroup/cpu.weight': '10\n',
    'cgroup/cpu.stat': 'usage_usec 1\n',
  })
  expect(cpuLimit(reading, reading.allowedCpus!, 2)).toEqual({ value, source })
})

test.runIf(process.platform === 'linux')('the files of this machine can be read', async () => {
  const container = createContainer('/sys/fs/cgroup', '/proc')
  await container.refresh()
  const first = (await readFile('/proc/stat', 'utf8')).split('\n')[0]!
  const now = first
    .split(/ +/)
    .slice(1, 9)
    .reduce((sum, ticks) => sum + Number(ticks), 0)
  expect(container.reading!.hostCpu!.total).toBeGreaterThan(0)
  expect(container.reading!.hostCpu!.total).toBeLessThanOrEqual(now)
})
