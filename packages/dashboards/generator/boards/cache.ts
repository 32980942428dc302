import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, lines, stacked, table } from '../board.ts'
import { level, rate, share, total } from '../query.ts'

const CACHE = [a.cacheName] as const

export const cache: Board = {
  id: 'cache',
  title: 'Homeostat: caches',
  description: 'Look-ups of Redis and of caches inside the process.',
  rows: [
    {
      title: 'Look-ups',
      panels: [
        lines(
          'Hit ratio',
          'share',
          share(
            rate(m.cacheRequests, { by: CACHE, where: { [a.cacheResult]: 'hit' } }),
            rate(m.cacheRequests, { by: CACHE }),
          ),
        ),
        stacked('Look-ups', 'per second', rate(m.cacheRequests, { by: [a.cacheName, a.cacheResult] })),
        lines('Entries of caches inside the process', 'number', level(m.cacheEntries, { by: CACHE })),
        table(
          'Look-ups in the time that is shown',
          'number',
          total(m.cacheRequests, { by: [a.cacheName, a.cacheResult] }),
        ),
      ],
    },
  ],
}
