import { knob, loader, response } from './valid-parts.ts'

/** Options of the right type that would be harmful if they were used, and a warning that each gives. */
export const DANGEROUS_VALUES: readonly (readonly [given: object, line: RegExp])[] = [
  [{ warmUpMs: 'x' }, /^warmUpMs is a text of 1 character, .* 60000 is used$/],
  [{ pg: { slowQueryThresholdMs: '20' } }, /^pg\.slowQueryThresholdMs is the text "20", .* 200 is used$/],
  [{ budget: { runsPerHour: Number.NaN } }, /^budget\.runsPerHour is NaN, .* 20 is used$/],
  [{ budget: 'none' }, /^budget is a text of 4 characters/],
  [{ budget: { runPerHour: 1 } }, /^budget\.runPerHour .* did you mean runsPerHour\?/],
  [{ responses: [{ ...response, cooldownMs: Number.NaN }] }, /^responses\[0\]\.cooldownMs is NaN/],
  [{ responses: [{ ...response, cooldownMs: -1e9 }] }, /^responses\[0\]\.cooldownMs is -1000000000/],
  [
    { responses: [{ ...response, priority: 'saftey' }] },
    /^responses\[0\]\.priority is "saftey", .* did you mean safety\?/,
  ],
  [{ responses: [{ ...response, gaurds: [] }] }, /^responses\[0\]\.gaurds .* did you mean guards\?/],
  [
    { responses: [{ ...response, guards: [{ expr: 'x[5m]', notWorseThan: 0 }] }] },
    /guards\[0\]\.expr must be a vector/,
  ],
  [
    { responses: [{ ...response, guards: [{ expr: 'sum(', notWorseThan: 0 }] }] },
    /guards\[0\]\.expr cannot be read as PromQL/,
  ],
  [{ responses: [{ ...response, clear: 'x >' }] }, /^responses\[0\]\.clear cannot be read as PromQL/],
  [{ responses: [{ ...response, to: { alert: 'Hot', labels: 5 } }] }, /^responses\[0\]\.to\.labels is 5/],
  [
    { responses: [{ ...response, design: { kind: 'switchback', blocks: 7 } }] },
    /^responses\[0\]\.design needs an even/,
  ],
  [{ responses: [{ ...response, expect: { expr: 'x' } }] }, /^responses\[0\]\.expect\.direction is missing/],
  [{ killSignal: 'SIGFOO' }, /^killSignal is "SIGFOO", .* SIGUSR2/],
  [{ killSignal: 'SIGKILL' }, /^killSignal is .* must be a signal that has no other task/],
  ...['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGSEGV', 'SIGCHLD', 'SIGPIPE', 'SIGPROF', 'SIGALRM', 'SIGWINCH', 'SIGCONT'].map(
    (killSignal): [object, RegExp] => [{ killSignal }, /^killSignal is .* must be a signal that has no other task/],
  ),
  [{ killFile: 5 }, /^killFile is 5, .* NO kill file is watched/],
  [{ ioRedis: {} }, /^ioRedis is not an option and is ignored; did you mean ioredis\?$/],
  [{ interval: 1000 }, /^interval is not an option and is ignored/],
  [
    { knobs: [{ ...knob, name: 'x'.repeat(501) }] },
    /^knobs\[0\]\.name must have at most 500 characters; knobs\[0\] is left out$/,
  ],
  [{ knobs: [{ name: 'x' }] }, /^knobs\[0\]\.scope is missing/],
  [{ knobs: [{ ...knob, bounds: { min: 2, max: 1 } }] }, /^knobs\[0\]\.bounds has a min above its max/],
  [{ knobs: [{ ...knob, bounds: { min: 0, max: Number.NaN } }] }, /^knobs\[0\]\.bounds\.max is NaN/],
  [{ knobs: [{ ...knob, actions: { a: { to: 1, by: 1 } } }] }, /^knobs\[0\]\.actions\.a must have one of/],
  [{ ioredis: { loaders: [{ ...loader, keys: undefined }] } }, /^ioredis\.loaders\[0\]\.keys is missing/],
  [{ ioredis: { loaders: [{ ...loader, ttlSeconds: 0 }] } }, /^ioredis\.loaders\[0\]\.ttlSeconds is 0/],
  [{ ioredis: { loaders: [{ ...loader, concurrency: Infinity }] } }, /^ioredis\.loaders\[0\]\.concurrency is Infinity/],
  [{ ioredis: { loaders: [{ ...loader, client: {} }] } }, /^ioredis\.loaders\[0\]\.client is an object, but must be/],
]
