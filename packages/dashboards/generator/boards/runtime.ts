import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, heatmap, lines, named, stacked } from '../board.ts'
import { buckets, level, processRate, worst } from '../query.ts'

export const runtime: Board = {
  id: 'runtime',
  title: 'Homeostat: event loop, memory, CPU',
  description: 'What the process uses, against the limits that are really enforced.',
  rows: [
    {
      title: 'Event loop',
      panels: [
        heatmap('Delay', 'seconds', buckets(m.eventLoopDelay)),
        lines(
          'Delay',
          'seconds',
          [named('99th percentile', worst(m.eventLoopDelayP99)), named('longest', worst(m.eventLoopDelayMax))],
          { red: 0.1 },
        ),
        lines(
          'Utilization',
          'share',
          [named('held', worst(m.eventLoopUtilization)), named('CPU of its thread', worst(m.eventLoopCpuUtilization))],
          { red: 0.9 },
        ),
        stacked(
          'Time by state, mean of the processes',
          'share',
          processRate(m.eventLoopTime, { by: [a.eventLoopState] }),
        ),
      ],
    },
    {
      title: 'Memory',
      panels: [
        lines('Share of the limit', 'share', worst(m.memoryUtilization, { by: [a.memoryArea, a.limitSource] }), {
          red: 0.8,
        }),
        lines('In use', 'bytes', worst(m.memoryUsage, { by: [a.memoryArea, a.limitSource] })),
        lines('Limits', 'bytes', level(m.memoryLimit, { as: 'min', by: [a.memoryArea, a.limitSource] })),
        lines('Resident set', 'bytes', worst(m.processMemoryUsage)),
      ],
    },
    {
      title: 'CPU',
      panels: [
        lines(
          'Share of the limit',
          'share',
          [
            named('process', worst(m.processCpuUtilization)),
            named('all of', worst(m.cpuUtilization, { by: [a.limitSource] })),
          ],
          { red: 0.9 },
        ),
        stacked('CPU time, mean of the processes', 'share', processRate(m.processCpuTime, { by: [a.cpuMode] })),
        lines('CPUs that the process may use', 'number', level(m.cpuLimit, { as: 'min', by: [a.limitSource] }), {
          width: 24,
        }),
      ],
    },
  ],
}
