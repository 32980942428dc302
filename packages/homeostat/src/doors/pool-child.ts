import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

/** The main file of a pool's process or thread: it belongs to the pool's library, never to the application. */
interface PoolFile {
  /** For people. */
  readonly what: string
  readonly isThread: boolean
  readonly path: RegExp
}

const POOL_FILES: readonly PoolFile[] = [
  {
    what: 'the child process of a sandboxed BullMQ processor',
    isThread: false,
    path: /[\\/][\w.-]*bullmq[\w.-]*[\\/]dist[\\/](?:cjs|esm)[\\/]classes[\\/]main\.js$/,
  },
  {
    what: 'the worker thread of a sandboxed BullMQ processor',
    isThread: true,
    path: /[\\/][\w.-]*bullmq[\w.-]*[\\/]dist[\\/](?:cjs|esm)[\\/]classes[\\/]main-worker\.js$/,
  },
  {
    what: 'the child process of a sandboxed Bull processor',
    isThread: false,
    path: /[\\/]bull[\\/]lib[\\/]process[\\/]master\.js$/,
  },
  {
    what: 'a worker thread of Piscina',
    isThread: true,
    path: /[\\/]piscina[\\/]dist[\\/](?:src[\\/])?worker\.js$/,
  },
]

/** Where BullMQ looks for its files in a bundled application. No other library has such files. */
const BUNDLED_FILES: readonly (readonly [file: string, like: PoolFile])[] = [
  ['dist/cjs/classes/main.js', POOL_FILES[0]!],
  ['dist/cjs/classes/main-worker.js', POOL_FILES[1]!],
]

/** Facts that distinguish the child of a pool from an application. */
export interface ProcessFacts {
  /** The file that the process or thread begins with: `process.argv[1]`. */
  readonly file: string | undefined
  readonly folder: string
  readonly isThread: boolean
  /** Whether another process has forked this one and talks with it. Asked only when the file is that of a pool. */
  readonly isForked: boolean
}

/**
 * Says which pool this process or thread belongs to; undefined for an application. A worker of `node:cluster`, a thread that
 * runs a file of the application, and a child process with a file of its own are applications.
 */
export function poolChild(facts: ProcessFacts = factsOfThisProcess()): string | undefined {
  const { file, folder, isThread } = facts
  if (file === undefined) return undefined
  const pool =
    POOL_FILES.find(({ path }) => path.test(file)) ??
    BUNDLED_FILES.find(([bundled]) => join(folder, bundled) === file)?.[1]
  if (pool?.isThread !== isThread) return undefined
  return isThread || facts.isForked ? pool.what : undefined
}

function factsOfThisProcess(): ProcessFacts {
  return {
    file: process.argv[1],
    folder: process.cwd(),
    isThread: !isMainThread,
    // Not imported: node:cluster brings node:child_process and node:dgram into every application.
    get isForked() {
      const cluster = process.getBuiltinModule('node:cluster') as { readonly isWorker?: boolean }
      return process.send !== undefined && cluster.isWorker !== true
    },
  }
}
