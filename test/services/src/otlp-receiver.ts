import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEnvironment } from './command.ts'
import { debianProgram } from './debian-program.ts'
import { startOnFreePort } from './free-port.ts'
import { guardian } from './guardian.ts'
import { readyOverHttp } from './http-server.ts'
import type { Prometheus } from './prometheus.ts'

/** The names that it makes: as a Prometheus server does unless it is set otherwise, or as they are. */
export type ReceivedNames = 'UnderscoreEscapingWithSuffixes' | 'NoTranslation'

/** Options of {@link startOtlpReceiver}. */
export interface OtlpReceiverOptions {
  readonly names: ReceivedNames
  /** Started with `isWrittenTo`. */
  readonly writesTo: Prometheus
}

/** It receives metrics by OTLP over HTTP. */
export interface OtlpReceiver extends AsyncDisposable {
  /** Where metrics are sent: `http://127.0.0.1:…/…/v1/metrics`. */
  readonly metricsUrl: string
}

const FLAGS = [
  '-remoteWrite.tmpDataPath=data',
  '-remoteWrite.relabelConfig=relabel.yml',
  '-remoteWrite.flushInterval=1s',
]
/** As Prometheus does unless `promote_scope_metadata` and `promote_resource_attributes` are set. */
const WITHOUT_SCOPES = [
  '-opentelemetry.promoteScopeMetadata=false',
  '-opentelemetry.promoteAllResourceAttributes=false',
]
const JOB = '-opentelemetry.promoteResourceAttributes=service.name,service.instance.id'

/** The labels that Prometheus makes of the resource. */
const RELABELLED = `
- { source_labels: ['service.name'], regex: '(.+)', target_label: job }
- { source_labels: ['service.instance.id'], regex: '(.+)', target_label: instance }
- { source_labels: [service_name], regex: '(.+)', target_label: job }
- { source_labels: [service_instance_id], regex: '(.+)', target_label: instance }
- { action: labeldrop, regex: 'service[._](name|instance[._]id)' }
`

/**
 * Starts the agent of VictoriaMetrics from Debian testing, which makes Prometheus series of OTLP by a code of its own, and writes them to a
 * Prometheus server. It stands for the receiver of that server, which Debian leaves out.
 *
 * @throws {@link PackageDownloadError} where the machine is not a Debian, and without a network the first time.
 *
 * @example await using receiver = await startOtlpReceiver({ names: 'NoTranslation', writesTo: prometheus })
 */
export async function startOtlpReceiver({ names, writesTo }: OtlpReceiverOptions): Promise<OtlpReceiver> {
  const agent = await debianProgram('victoria-metrics', 'vmagent', { suite: 'testing' })
  const folder = await guardian().folder(join(tmpdir(), 'homeostat-otlp-'))
  try {
    await writeFile(join(folder, 'relabel.yml'), RELABELLED)
    return await startOnFreePort(async port => {
      const args = [
        ...FLAGS,
        ...WITHOUT_SCOPES,
        JOB,
        ...(names === 'NoTranslation' ? [] : ['-opentelemetry.usePrometheusNaming']),
        `-remoteWrite.url=${writesTo.address}/api/v1/write`,
        `-httpListenAddr=127.0.0.1:${port}`,
      ]
      const process = await guardian().start(
        { file: agent, args, cwd: folder, env: bareEnvironment(folder) },
        'SIGKILL',
      )
      const server = await readyOverHttp(process, { name: 'vmagent', port, path: '/health', folder })
      return { ...server, metricsUrl: `${server.address}/opentelemetry/v1/metrics` }
    })
  } catch (error) {
    await guardian().remove(folder)
    throw error
  }
}
