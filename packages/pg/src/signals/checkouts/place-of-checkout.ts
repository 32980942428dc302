import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The place of a frame: `(file:line:column)`, or the same without a function's name before it. */
const FRAME = /^\s*at (?:.*\()?((?:file:\/\/)?[^()]+):(\d+):\d+\)?$/

/**
 * The line of the application's own code in a stack, relative to its folder: `src/orders.ts:12`. Frames of Node and of packages are
 * skipped. Undefined without one.
 */
export function placeIn(stack: string | undefined, folder: string = process.cwd()): string | undefined {
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const [, file, at] = FRAME.exec(line) ?? []
    if (file === undefined || file.startsWith('node:') || file.includes('/node_modules/')) continue
    return `${relative(folder, file.startsWith('file://') ? fileURLToPath(file) : file)}:${at}`
  }
  return undefined
}
