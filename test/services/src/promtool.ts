import { execFile } from 'node:child_process'
import { debianProgram } from './debian-program.ts'
import { PROMETHEUS_3 } from './prometheus.ts'

const LIMIT_MS = 60_000
const MOST_BYTES = 64 * 1024 * 1024

/** Runs `promtool test rules` on a file in a folder. */
export type Promtool = (folder: string, file: string) => Promise<PromtoolVerdict>

/** The end of a run of promtool. */
export interface PromtoolVerdict {
  /** 0 where all tests pass, -1 where it did not end by itself. */
  readonly code: number
  readonly output: string
}

/** Options of {@link findPromtool}. */
export interface PromtoolOptions {
  /** The one of Prometheus 3 in Debian testing, which reads names with dots. @default the distribution's own version */
  readonly isVersion3?: boolean
}

/**
 * promtool from Debian's packages. It is undefined where the machine is not a Debian or Ubuntu, or has no network the first time; the reason
 * is printed.
 *
 * @example const promtool = await findPromtool()
 */
export async function findPromtool({ isVersion3 = false }: PromtoolOptions = {}): Promise<Promtool | undefined> {
  try {
    const program = isVersion3
      ? await debianProgram('promtool', 'promtool', PROMETHEUS_3)
      : await debianProgram('prometheus', 'promtool')
    return (folder, file) => verdictOf(program, folder, file)
  } catch (error) {
    console.warn(`nothing is compared with promtool: ${String(error)}`)
    return undefined
  }
}

function verdictOf(program: string, folder: string, file: string): Promise<PromtoolVerdict> {
  const options = { cwd: folder, timeout: LIMIT_MS, maxBuffer: MOST_BYTES }
  return new Promise(resolve => {
    execFile(program, ['test', 'rules', file], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: stdout + stderr })
    })
  })
}
