import type { HomeostatOptions } from './options.ts'

/** What BullMQ starts its sandboxed processors with: a child process with `main.js`, a thread with `main-worker.js`. */
const SANDBOX =
  /[\\/]node_modules[\\/][^\\/]*bullmq[^\\/]*[\\/]dist[\\/](?:cjs|esm)[\\/]classes[\\/]main(?:-worker)?\.js$/

/**
 * Whether this process or thread only runs jobs of a sandboxed processor of BullMQ. A preload of the application is run there
 * too, and a whole loop in each child would cost jobs of short limits their time.
 *
 * @param script - the file that was started
 */
export function isJobSandbox(script: string | undefined = process.argv[1]): boolean {
  return script !== undefined && SANDBOX.test(script)
}

/** In such a child nothing but signals: the process that the queue's worker runs in has the loop. `autoStart: true` has it all the same. */
export function optionsInSandbox(options: HomeostatOptions): HomeostatOptions {
  if (options.autoStart === true) return options
  return { ...options, autoStart: false, maxMode: 'off', forecast: false, killSignal: false, watchdog: false }
}
