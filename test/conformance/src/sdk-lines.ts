import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** One version of the OpenTelemetry SDK, as an application has it. */
export interface SdkLine {
  readonly name: string
  /** The package whose dependencies are the line. */
  readonly folder: URL
  /** What `node` must be given for a script to run on the line. */
  readonly execArgv: readonly string[]
}

export const sdkLines: readonly SdkLine[] = [sdkLine('SDK 2.12', 'sdk-2'), sdkLine('SDK 3.1', 'sdk-3')]

/** The first SDK of the oldest line that is supported. */
export const oldestSdk: SdkLine = sdkLine('SDK 2.0', 'sdk-2-0')

function sdkLine(name: string, folderName: string): SdkLine {
  const folder = new URL(`../../${folderName}/`, import.meta.url)
  return { name, folder, execArgv: ['--import', new URL('src/one-api.ts', folder).href] }
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/**
 * Runs a script as an application on one SDK line, in a process of its own.
 *
 * @param script - a TypeScript or JavaScript module; what it imports as `@opentelemetry/*` is the line's
 * @param args - given to the script as `JSON.parse(process.argv[2])`
 * @param execArgv - more options for `node`, e.g. `['--expose-gc']`
 * @returns the JSON on the last line of the script's output
 */
export async function runOnLine<Result = unknown>(
  line: SdkLine,
  script: URL,
  args: unknown = null,
  execArgv: readonly string[] = [],
): Promise<Result> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...line.execArgv, ...execArgv, fileURLToPath(script), JSON.stringify(args)],
    // Vitest's own options must not reach the application.
    { maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, NODE_OPTIONS: '' } },
  )
  const last = stdout.trimEnd().split('\n').at(-1)
  if (!last)
    throw new Error(
      `${line.name}: ${fileURLToPath(script)} printed no result; it must end with one line of JSON\n${stderr}`,
    )
  return JSON.parse(last) as Result
}
