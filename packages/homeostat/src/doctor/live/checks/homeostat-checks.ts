import type { LiveCheck } from '../live-check.ts'

/** Libraries that a Homeostat in the process cannot measure. */
export const homeostatChecks: readonly LiveCheck[] = [
  {
    id: 'homeostat-not-registered',
    what: 'Homeostat runs, and some of its instrumentations are not registered.',
    why: 'Their metrics are missing, so rules on those metrics never match.',
    fix: 'Give `[...h.instrumentations]` to `NodeSDK({ instrumentations })` or to `registerInstrumentations()`, or start with `--import homeostat/register`.',
    find({ homeostats }) {
      return homeostats.flatMap(({ watched }) => {
        const off = watched.filter(({ isOn }) => !isOn).map(({ name }) => name)
        if (off.length === 0) return []
        return [
          {
            evidence: `${off.join(', ')}: the instrumentation is not registered`,
            fix: 'new NodeSDK({ instrumentations: [...h.instrumentations] })',
          },
        ]
      })
    },
  },
  {
    id: 'homeostat-unseen',
    what: 'Homeostat cannot measure a library that the process uses.',
    why: 'No hook sees a library that is inside a bundle or was loaded under another name.',
    fix: 'Mark the library external in the bundler, or hand its objects over: `h.observe({ pg: pool, redis, queues })`.',
    find({ homeostats }) {
      return homeostats.flatMap(({ watched }) =>
        watched
          .filter(({ isOn, notes }) => isOn && notes.length > 0)
          .map(({ name, notes }) => ({
            evidence: `${name}: ${notes.join('; ')}`,
            fix: `bundler: mark ${name} external`,
          })),
      )
    },
  },
]
