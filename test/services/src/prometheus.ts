import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEnvironment, runCommand } from './command.ts'
import { debianProgram } from './debian-program.ts'
import { startOnFreePort } from './free-port.ts'
import { guardian } from './guardian.ts'
import { readyOverHttp } from './http-server.ts'

export interface PrometheusOptions {
  /**
   * The samples that it has recorded: OpenMetrics text with timestamps in seconds, `# EOF` at its end, and all series of a metric
   * together.
   * @default nothing
   */
  readonly history?: string
  /** `prometheus.yml`; `rules.yml` in it is the file of `rules`. @default it scrapes nothing */
  readonly config?: string
  /** A rule file. @default none */
  readonly rules?: string
  /**
   * Prometheus 3 of Debian testing, whose names may have dots, and which also takes what others write to it. Debian builds it without the
   * receiver of OTLP: see {@link startOtlpReceiver}. @default the distribution's own version, which only scrapes
   */
  readonly isWrittenTo?: boolean
}

/** Where Debian has Prometheus 3. */
export const PROMETHEUS_3 = { suite: 'testing' } as const

/** A Prometheus server from Debian's package. */
export interface Prometheus extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  readonly address: string
}

const SCRAPES_NOTHING = 'global: { scrape_interval: 1h }\n'
const WRITTEN_TO = '--web.enable-remote-write-receiver'
const FLAGS = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', '--storage.tsdb.retention.time=100y']

/**
 * Starts a Prometheus server with a history. It ends with this process, also if that is killed.
 *
 * @throws {@link PackageDownloadError} without Debian or Ubuntu, and without a network the first time.
 *
 * @example await using prometheus = await startPrometheus({ history: 'up{job="a"} 1 1767225600\n# EOF\n' })
 */
export async function startPrometheus({
  history,
  config = SCRAPES_NOTHING,
  rules,
  isWrittenTo = false,
}: PrometheusOptions): Promise<Prometheus> {
  const server = await debianProgram('prometheus', 'prometheus', isWrittenTo ? PROMETHEUS_3 : {})
  const folder = await guardian().folder(join(tmpdir(), 'homeostat-prometheus-'))
  const at = { cwd: folder, env: bareEnvironment(folder) }
  try {
    await writeFile(join(folder, 'prometheus.yml'), config)
    if (rules !== undefined) await writeFile(join(folder, 'rules.yml'), rules)
    if (history !== undefined) {
      await writeFile(join(folder, 'history.txt'), history)
      const fill = ['tsdb', 'create-blocks-from', 'openmetrics', 'history.txt', 'data']
      const promtool = await debianProgram('prometheus', 'promtool')
      await runCommand({ file: promtool, args: fill, ...at })
    }
    return await startOnFreePort(async port => {
      const args = [...FLAGS, ...(isWrittenTo ? [WRITTEN_TO] : []), `--web.listen-address=127.0.0.1:${port}`]
      const process = await guardian().start({ file: server, args, ...at }, 'SIGKILL')
      return readyOverHttp(process, { name: 'prometheus', port, path: '/-/ready', folder })
    })
  } catch (error) {
    await guardian().remove(folder)
    throw error
  }
}
