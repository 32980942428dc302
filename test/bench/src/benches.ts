/** A way of doing the work that is measured, e.g. a Redis command. */
export interface Path {
  readonly name: string
  /** Operations in one slice of the measurement. */
  readonly operations: number
  /** Operations before the first slice. */
  readonly warmUp: number
}

/** What the work is done under; each runs in a process of its own. */
export interface Variant {
  readonly name: string
  readonly description: string
}

/** What a variant should cost at most on a path, in the same run. */
export type Goal = { readonly path: string; readonly variant: string } & (
  | { readonly atMostOfPeer: number }
  | { readonly atMostOfBare: number }
  | { readonly atMostNs: number; readonly atMostBytes: number }
)

export interface Bench {
  readonly name: string
  readonly title: string
  /** What one operation is, in a table's heading. */
  readonly operation: string
  readonly paths: readonly Path[]
  /** The first is the baseline, always `bare`. */
  readonly variants: readonly Variant[]
  /** The variant that others are compared with, and what it is. */
  readonly peer: { readonly variant: string; readonly name: string }
  readonly goals: readonly Goal[]
  /** Flags of Node beside `--expose-gc`. */
  readonly flags?: readonly string[]
  /** All variants of a round run at the same time: their processes mostly sleep, and the machine is the same for all. */
  readonly sideBySide?: boolean
  /** The processes of a round take turns in short blocks; each turn is a pair, and medians with their intervals of 95 % are compared. */
  readonly takesTurns?: boolean
}

const NAIVE = 'one SDK record with attributes per operation, in the hook of ours'

export const benches: readonly Bench[] = [
  {
    name: 'signals',
    title: 'One value into one series that is bound already',
    operation: 'value',
    paths: [
      { name: 'increment', operations: 300_000, warmUp: 500_000 },
      { name: 'record', operations: 300_000, warmUp: 500_000 },
      { name: 'set', operations: 300_000, warmUp: 500_000 },
    ],
    variants: [
      { name: 'bare', description: 'a plain loop that adds to a local variable' },
      { name: 'ours', description: '@homeostat/signals, exported by a producer' },
      { name: 'ours-meter', description: '@homeostat/signals, exported through a Meter' },
      { name: 'sdk', description: '@opentelemetry/sdk-metrics instruments, attributes in one shared object' },
    ],
    peer: { variant: 'sdk', name: '@opentelemetry/sdk-metrics' },
    goals: [{ path: 'increment', variant: 'ours', atMostNs: 20, atMostBytes: 0 }],
    // Room for the objects of a whole slice of byte counting, so that the heap only grows between its two readings.
    flags: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
  },
  {
    name: 'redis',
    title: 'One Redis command, 50 in flight, against a server that answers in the same process',
    operation: 'command',
    paths: [
      { name: 'GET', operations: 25_000, warmUp: 50_000 },
      { name: 'SET', operations: 25_000, warmUp: 50_000 },
      { name: 'MGET10', operations: 10_000, warmUp: 20_000 },
      { name: 'PIPE10', operations: 25_000, warmUp: 50_000 },
    ],
    variants: [
      { name: 'bare', description: 'ioredis alone' },
      { name: 'ours', description: '@homeostat/ioredis, exported by a producer' },
      { name: 'ours-meter', description: '@homeostat/ioredis, exported through a Meter' },
      {
        name: 'peer',
        description: '@opentelemetry/instrumentation-ioredis, NodeSDK, sampler off, in an unsampled span',
      },
      { name: 'naive', description: NAIVE },
    ],
    peer: { variant: 'peer', name: '@opentelemetry/instrumentation-ioredis, sampler off' },
    goals: [{ path: 'GET', variant: 'ours', atMostOfPeer: 1 / 8 }],
  },
  {
    name: 'pg',
    title: 'One query through a pool of 10, 10 in flight, against a server that answers in the same process',
    operation: 'query',
    paths: [
      { name: 'simple', operations: 4_000, warmUp: 100_000 },
      { name: 'params', operations: 4_000, warmUp: 100_000 },
    ],
    variants: [
      { name: 'bare', description: 'pg alone' },
      { name: 'ours', description: '@homeostat/pg, exported by a producer' },
      { name: 'ours-meter', description: '@homeostat/pg, exported through a Meter' },
      { name: 'peer', description: '@opentelemetry/instrumentation-pg, NodeSDK, sampler off, in an unsampled span' },
      { name: 'naive', description: NAIVE },
    ],
    peer: { variant: 'peer', name: '@opentelemetry/instrumentation-pg, sampler off' },
    goals: [
      { path: 'simple', variant: 'ours', atMostOfPeer: 1 / 20 },
      { path: 'params', variant: 'ours', atMostOfPeer: 1 / 20 },
      { path: 'simple', variant: 'ours', atMostOfBare: 0.08 },
      { path: 'params', variant: 'ours', atMostOfBare: 0.08 },
    ],
    takesTurns: true,
  },
  {
    name: 'http-client',
    title: 'One request of undici, 10 in flight, to a server that answers in the same process',
    operation: 'request',
    paths: [{ name: 'undici', operations: 10_000, warmUp: 30_000 }],
    variants: [
      { name: 'bare', description: 'undici alone' },
      { name: 'ours', description: '@homeostat/http, exported by a producer' },
      { name: 'ours-meter', description: '@homeostat/http, exported through a Meter' },
      { name: 'peer', description: '@opentelemetry/instrumentation-undici, its metric alone: no tracer provider' },
    ],
    peer: { variant: 'peer', name: '@opentelemetry/instrumentation-undici, without traces' },
    goals: [{ path: 'undici', variant: 'ours', atMostOfPeer: 1 / 5 }],
  },
  {
    name: 'collect',
    title: 'One collection of 10,000 series, all touched since the last one, fresh points each time',
    operation: 'collection',
    paths: [{ name: 'counters', operations: 32, warmUp: 40 }],
    variants: [
      { name: 'bare', description: 'a loop that reads 10,000 numbers from a typed array and keeps nothing' },
      { name: 'ours', description: '@homeostat/signals, through a producer of the reader' },
      { name: 'ours-attach', description: '@homeostat/signals, through homeostat().attach(reader)' },
      { name: 'ours-meter', description: '@homeostat/signals, through a Meter' },
      { name: 'sdk', description: '@opentelemetry/sdk-metrics counters, cardinality limit raised' },
    ],
    peer: { variant: 'sdk', name: '@opentelemetry/sdk-metrics counters' },
    goals: [
      { path: 'counters', variant: 'ours', atMostOfPeer: 1 / 50 },
      { path: 'counters', variant: 'ours-attach', atMostOfPeer: 1 / 50 },
    ],
  },
  {
    name: 'rules',
    title: '1,000 rules over 10,000 series, every series with a new sample since the last evaluation',
    operation: 'evaluation of all rules',
    paths: [
      // A scan takes most of a second.
      { name: 'scan', operations: 2, warmUp: 3 },
      // Both are done every few seconds for days: what counts is what they cost when the compiler is through with them.
      { name: 'collect', operations: 10, warmUp: 500 },
    ],
    variants: [
      { name: 'bare', description: 'a loop that reads 10,000 numbers from a typed array' },
      { name: 'ours', description: '@homeostat/promql, rules.evaluate(now)' },
      {
        name: 'peer',
        description: 'scan: every rule asks every series and adds up its window; collect: one collect() of the SDK',
      },
    ],
    peer: { variant: 'peer', name: 'a scan of all series by every rule; one collect() of @opentelemetry/sdk-metrics' },
    goals: [
      { path: 'scan', variant: 'ours', atMostOfPeer: 1 / 50 },
      { path: 'collect', variant: 'ours', atMostOfPeer: 1 / 5 },
      // Less than 1 KB a rule.
      { path: 'scan', variant: 'ours', atMostNs: 20_000_000, atMostBytes: 1_000_000 },
    ],
    // Room for what a slice of evaluations allocates, so that the heap only grows between its two readings.
    flags: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
  },
  {
    name: 'idle',
    title: 'An idle process, its metrics collected every 10 s',
    operation: 'second',
    // Long enough for whole periods of all timers; what is compiled and read once at the start is over by then.
    paths: [{ name: 'idle', operations: 30, warmUp: 12 }],
    variants: [
      { name: 'bare', description: 'Node alone' },
      { name: 'peer', description: '@opentelemetry/instrumentation-runtime-node' },
      { name: 'signals', description: '@homeostat/runtime, the event loop watched at each iteration' },
      { name: 'signals-timer', description: '@homeostat/runtime, the event loop watched by its fallback, a timer' },
      { name: 'advise', description: 'homeostat({ mode: advise }) with all packages, attached to the reader' },
      { name: 'act', description: 'homeostat({ mode: act }) with all packages, attached to the reader' },
    ],
    peer: { variant: 'peer', name: '@opentelemetry/instrumentation-runtime-node' },
    goals: [
      { path: 'idle', variant: 'signals', atMostOfPeer: 1 / 10 },
      { path: 'idle', variant: 'signals-timer', atMostOfPeer: 1 / 3 },
      { path: 'idle', variant: 'advise', atMostOfPeer: 1 / 3 },
      { path: 'idle', variant: 'act', atMostOfPeer: 1 / 2 },
    ],
    sideBySide: true,
  },
]
