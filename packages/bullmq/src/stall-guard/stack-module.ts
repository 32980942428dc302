import Module from 'node:module'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

const NAME = '@sentry-internal/node-native-stacktrace'

/** The part of the optional module that the guard uses. */
interface StackModule {
  registerThread(): void
}

/** The optional module, in which the thread of this event loop is registered. */
export interface RegisteredStack {
  /** Its file. */
  readonly moduleFile: string
  /** The name of the thread there. */
  readonly thread: string
}

/**
 * Looks for `@sentry-internal/node-native-stacktrace`, which shows the stack of a thread while it is blocked. Undefined where the
 * application has not installed it, or it does not load on this platform.
 */
export function registerStack(): RegisteredStack | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'index.js')]) {
    try {
      // Not `createRequire`, which the first line of many bundles of ES modules declares.
      const load = Module.createRequire(from)
      const moduleFile = load.resolve(NAME)
      // Under its usual name: the module keeps the first registration of a thread, which may be somebody else's.
      const stack = load(NAME) as StackModule
      stack.registerThread()
      return { moduleFile, thread: String(threadId) }
    } catch {
      // It is optional. In a bundle of CommonJS there is no `import.meta.url` either.
    }
  }
  return undefined
}
