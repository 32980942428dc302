/** What an action does to the service while its change is in force; what is left out stays as it was. */
export interface Harm {
  /** Factor on the latency of all routes, or of one of them. */
  readonly latency?: number
  readonly route?: number
  /** Share of requests that fail. */
  readonly errors?: number
  /** Share of cache reads that miss. */
  readonly misses?: number
  /** Factor on the requests that are answered; with none there is no latency either. */
  readonly throughput?: number
  /** Seconds for which the event loop stands still, at every second second. */
  readonly stall?: number
  /** Growth of the memory, relative to where it was, each second. */
  readonly leak?: number
  /** The latency is not measured any more. */
  readonly silent?: boolean
}

/** Something that makes it worse, and how hard it is to take back. */
export interface HarmfulAction {
  readonly name: string
  /** Some seconds after the run; undefined while nothing is wrong yet. */
  readonly harm: (seconds: number) => Harm | undefined
  /** Milliseconds that the revert takes. @default 0 */
  readonly undoMs?: number
  /** How often the revert fails before it works. @default 0 */
  readonly failures?: number
  /** The run is given up at its timeout, and hands its receipt in only after so many seconds. */
  readonly lateSeconds?: number
  /** No guard can see it: it ends with its trial, and nothing speaks for leaving it alone. */
  readonly isUnseen?: boolean
  /** Reverted within this many seconds of its onset, p95; left out where the harm is too small or unseen. */
  readonly withinSeconds?: number
}

const always =
  (harm: Harm): HarmfulAction['harm'] =>
  () =>
    harm

/** Three times the latency and more, or a tenth of errors and more, is seen within ten seconds. */
const SECONDS = 10

export const harmfulActions: readonly HarmfulAction[] = [
  { name: 'latency x4', harm: always({ latency: 4 }), withinSeconds: SECONDS },
  { name: 'wrong replica, 20 % errors', harm: always({ errors: 0.2 }), withinSeconds: SECONDS },
  { name: 'cache shrunk to 5 %, miss storm', harm: always({ misses: 0.9, latency: 3 }), withinSeconds: SECONDS },
  { name: 'concurrency 0', harm: always({ throughput: 0 }), withinSeconds: SECONDS },
  { name: 'gc every 2 s, stalls of 0.4 s', harm: always({ stall: 0.4 }), withinSeconds: SECONDS },
  { name: 'leak of 2 % a second', harm: always({ leak: 0.02 }) },
  { name: 'latency x4, undo takes 0.7 s', harm: always({ latency: 4 }), undoMs: 700, withinSeconds: SECONDS },
  { name: 'latency x4, undo fails twice', harm: always({ latency: 4 }), failures: 2, withinSeconds: SECONDS },
  {
    name: 'latency x4 only after 30 s',
    harm: seconds => (seconds < 30 ? undefined : { latency: 4 }),
    withinSeconds: SECONDS,
  },
  { name: 'latency x4 of one of 8 routes', harm: always({ latency: 4, route: 5 }), withinSeconds: SECONDS },
  { name: 'the latency is not measured any more', harm: always({ silent: true }), isUnseen: true },
  {
    name: 'latency x4, run given up halfway',
    harm: always({ latency: 4 }),
    lateSeconds: 4,
    withinSeconds: SECONDS,
  },
]
