import type { Requirement, Response } from '@homeostat/optimizer'
import { loopDelayP99, loopUtilization, processCpuUtilization } from '@homeostat/runtime/expressions'
import { compressionShareByArm, compressionTimeByArm } from '../expressions.ts'

/** More compression is CPU time for bytes, so the CPU needs room for it. */
const cpuHasRoom: readonly Requirement[] = [
  {
    expr: `${loopUtilization} < 0.6`,
    otherwise: 'the event loop of this process is busy, or nobody measures it: compression would make it busier',
  },
  {
    expr: `absent(${processCpuUtilization} > 0.7)`,
    otherwise: 'this process uses most of its CPU: compression would take the rest',
  },
]

/** What a step up must not make worse. */
const noSlower: NonNullable<Response['guards']> = [
  { expr: loopDelayP99, notWorseThan: 0.5, floor: 0.05 },
  { expr: processCpuUtilization, notWorseThan: 0.3, floor: 0.5 },
]

/** Requests are divided anew in each block, and their effect ends with them. */
const byRequest: NonNullable<Response['design']> = { kind: 'split', blocks: 10, blockMs: 30_000 }

/** A step up where the network is short and the CPU is not, a step down where the CPU is short and compression takes part in it. */
export const compressionResponses: readonly Response[] = [
  {
    to: { alert: 'NetworkBottleneck' },
    action: 'http.compression',
    options: { by: 1 },
    priority: 'slo',
    cooldownMs: 120_000,
    requires: cpuHasRoom,
    // Levels differ by a few percent of the bytes.
    expect: { expr: compressionShareByArm, direction: 'down', worth: 0.02, harm: 0.02, settleMs: 15_000 },
    guards: noSlower,
    design: byRequest,
  },
  {
    to: { alert: 'CompressionCostly' },
    action: 'http.compression',
    options: { by: -1 },
    priority: 'slo',
    cooldownMs: 120_000,
    expect: { expr: compressionTimeByArm, direction: 'down', worth: 0.1, settleMs: 15_000 },
    design: byRequest,
  },
]
