// The thread that looks at the stack of a blocked event loop. It is apart from the one that renews: while the loop is inside of a
// native function, the module waits for up to five seconds.
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { News, WitnessTask } from './messages.ts'
import { LoopPulse } from './shared-memory.ts'

/** The part of `@sentry-internal/node-native-stacktrace` 0.5 that is used. */
interface StackModule {
  captureStackTrace(): Readonly<Record<string, { readonly frames: readonly StackFrame[] } | undefined>>
}

interface StackFrame {
  readonly function: string
  readonly filename: string
  readonly lineno: number
  readonly colno: number
}

const { pulse: memory, moduleFile, thread } = workerData as WitnessTask
const stack = createRequire(moduleFile)(moduleFile) as StackModule
const pulse = new LoopPulse(memory)

for (;;) {
  pulse.awaitBlock()
  const beat = pulse.lastBeat
  const frame = blockingFrame(stack.captureStackTrace()[thread]?.frames ?? [])
  // If the loop has come back meanwhile, the stack shows something else.
  if (frame !== undefined && pulse.lastBeat === beat)
    parentPort?.postMessage({ kind: 'frame', beat, frame } satisfies News, [])
}

/** The innermost frame that is not Node's own, without the folders of the file. */
function blockingFrame(frames: readonly StackFrame[]): string | undefined {
  const frame = frames.find(({ filename }) => !filename.startsWith('node:'))
  if (frame === undefined) return undefined
  const file = frame.filename.split(/[/\\]/).at(-1) ?? ''
  const place = `${file.slice(0, 100)}:${frame.lineno}:${frame.colno}`
  return frame.function === '?' || frame.function === '' ? place : `${frame.function.slice(0, 100)} (${place})`
}
