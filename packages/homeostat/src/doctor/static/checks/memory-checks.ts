import type { StaticCheck } from '../static-check.ts'

const MIB = 2 ** 20

/** Flags of the heap against the memory that the process may use. */
export const memoryChecks: readonly StaticCheck[] = [
  {
    id: 'heap-above-limit',
    what: 'The heap may grow beyond the memory limit of the container.',
    why: 'V8 sees no reason to collect before the heap is full. The kernel kills the process first (exit code 137), without a stack or a heap snapshot.',
    fix: 'Leave a quarter of the limit to what is outside the heap, or remove the flag: Node reads the limit of its container.',
    find({ start, memoryLimits }) {
      const flag = start.flags.findLast(({ name }) => name === '--max-old-space-size')
      const limit = memoryLimits.toSorted((a, b) => a.bytes - b.bytes)[0]
      const mib = Number(flag?.value)
      if (!flag || !limit || !(mib > 0) || mib * MIB < limit.bytes) return []
      return [
        {
          evidence: `--max-old-space-size=${mib} in ${flag.from}; the limit is ${Math.floor(limit.bytes / MIB)} MiB in ${limit.from}`,
          fix: `${flag.from}: --max-old-space-size=${Math.max(1, Math.floor((limit.bytes / MIB) * 0.75))}`,
        },
      ]
    },
  },
  {
    id: 'heap-flag-not-valid',
    what: '--max-old-space-size is not a number of mebibytes.',
    why: 'V8 refuses the flag or takes zero, and the process uses its default heap or does not start.',
    fix: 'Write a number without a unit: --max-old-space-size=1536.',
    find({ start }) {
      const flag = start.flags.find(({ name }) => name === '--max-old-space-size')
      if (!flag || /^[1-9]\d*$/.test(flag.value) || flag.value.includes('$')) return []
      return [
        {
          evidence: `--max-old-space-size in ${flag.from} has no whole number behind an equals sign`,
          fix: `${flag.from}: --max-old-space-size=1536`,
        },
      ]
    },
  },
]
