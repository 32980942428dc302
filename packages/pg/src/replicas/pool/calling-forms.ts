import type { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadContext } from '../positions/read-context.ts'
import type { Callback, RoutablePool } from './driver-shapes.ts'

/** Where a statement begins: at the start, on a line, behind another one, or behind a comment. Blanks belong to one beginning only. */
const CHANGES_CATALOG =
  /(?:^|[;\n]|\*\/)[^\S\n]*(?:create|alter|drop|reassign|import)\b|\binto\s+(?:temp|temporary|unlogged)\b/i

/** Whether a text may change what the catalog says of others. One that does so without saying is noticed by the next refresh. */
export function changesCatalog(text: string): boolean {
  return CHANGES_CATALOG.test(text)
}

/** A method of a pool. */
export type Method = (...args: unknown[]) => unknown

/** Replaces a method of one object. The original is looked up at each call, as an instrumentation may come or go. */
export function override(
  object: RoutablePool,
  name: 'query' | 'connect' | 'end',
  replace: (original: () => Method) => Method,
): () => void {
  const own = Object.hasOwn(object, name) ? (object[name] as Method) : undefined
  const original = (): Method => own ?? ((Object.getPrototypeOf(object) as RoutablePool)[name] as Method)
  const replacement = replace(original)
  Object.defineProperty(object, name, { value: replacement, configurable: true, writable: true, enumerable: false })
  return () => {
    if (object[name] !== replacement) return
    if (own) object[name] = own
    else delete (object as unknown as Record<string, unknown>)[name]
  }
}

/** The text of a statement that is nothing but a text, with or without values. */
export function textOf(config: unknown): string | undefined {
  if (typeof config === 'string') return config
  if (typeof config !== 'object' || config === null || isSubmittable(config)) return undefined
  const text: unknown = (config as { readonly text?: unknown }).text
  return typeof text === 'string' ? text : undefined
}

/** A statement that may take so long, in milliseconds; the same one without a limit. */
export function withLimit(config: unknown, limitMs: number | undefined): unknown {
  if (limitMs === undefined) return config
  const limit = { query_timeout: { value: limitMs, enumerable: true } }
  return typeof config === 'string' ? Object.create({ text: config }, limit) : Object.create(config as object, limit)
}

/** Whether it is a cursor, a stream, or another object that sends itself. */
export function isSubmittable(config: unknown): boolean {
  return typeof (config as { readonly submit?: unknown } | null | undefined)?.submit === 'function'
}

/** Whether it is a promise of any library. */
export function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as Partial<Promise<unknown>> | null | undefined)?.then === 'function'
}

/** The arguments of `query()` in each calling form. */
export function readArguments(args: readonly unknown[]): {
  readonly config: unknown
  readonly values: unknown
  readonly callback: Callback | undefined
} {
  const [config, second, third] = args
  if (typeof second === 'function') return { config, values: undefined, callback: second as Callback }
  return { config, values: second, callback: typeof third === 'function' ? (third as Callback) : undefined }
}

/** The arguments of `query()` with a callback, see {@link readArguments}. */
export function argumentsOf(config: unknown, values: unknown, callback: Callback): unknown[] {
  return values === undefined ? [config, callback] : [config, values, callback]
}

/** Notices the end of a statement, by its callback or its promise. */
export function followed(args: unknown[], end: () => void, start: (args: unknown[]) => unknown): unknown {
  const at = args.findLastIndex(each => typeof each === 'function')
  if (at > 0) {
    const callback = args[at] as Callback
    args[at] = (error: Error | undefined, result: unknown): void => {
      end()
      callback(error, result)
    }
    return start(args)
  }
  const result = start(args)
  if (isThenable(result)) void result.then(end, end)
  return result
}

/** Answers by the callback, in the context of the caller, or by a promise. */
export function answering(
  callback: Callback | undefined,
  store: ReadContext | undefined,
  storage: AsyncLocalStorage<ReadContext>,
  start: (settle: Callback) => void,
): unknown {
  if (callback) {
    const inContext: Callback =
      store === undefined ? callback : (error, result) => storage.run(store, callback, error, result)
    start(inContext)
    return undefined
  }
  return promised(start)
}

/** A promise of what a callback gets. Its error leads to who awaits it, and not to the socket that it came from, as in pg. */
export function promised(start: (settle: Callback) => void): Promise<unknown> {
  const answer = new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)))
  })
  return answer.catch((error: unknown) => {
    if (error instanceof Error && Object.isExtensible(error)) Error.captureStackTrace(error)
    throw error
  })
}
