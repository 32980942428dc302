import { execFile } from 'node:child_process'
import { debianProgram } from '@homeostat/services'

export interface Verdict {
  readonly code: number
  readonly output: string
}

/** promtool from Debian's package `prometheus`, or why there is none. */
export async function findPromtool(): Promise<{ readonly file: string } | { readonly missing: string }> {
  try {
    return { file: await debianProgram('prometheus', 'promtool') }
  } catch (error) {
    const missing = `no promtool to compare with: ${String(error)}`
    console.warn(missing)
    return { missing }
  }
}

/** Runs `promtool test rules` in a folder. */
export function promtoolVerdict(promtool: string, folder: string, file: string): Promise<Verdict> {
  const options = { cwd: folder, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }
  return new Promise(resolve => {
    execFile(promtool, ['test', 'rules', file], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: stdout + stderr })
    })
  })
}

/** What is expected and what came instead: the part of the messages where this engine says word for word what promtool says. */
export function mismatches(output: string): string[] {
  return output.split('\n').filter(line => /^ {4,}(?!rule:)\S/.test(line))
}
