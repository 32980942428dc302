export { debianProgram, type DebianProgramOptions } from './debian-program.ts'
export { debianChromium, CHROMIUM_ARGUMENTS, type Chromium } from './debian-chromium.ts'
export {
  CommandFailedError,
  GuardianLostError,
  NoUnprivilegedUserError,
  PackageDownloadError,
  PortTakenError,
  PostgresNotFoundError,
  RedisNotFoundError,
  ServerStartError,
  ServiceError,
  ServiceUnreachableError,
  ServiceUrlMalformedError,
  SettingRefusedError,
} from './errors.ts'
export { findFreePort } from './free-port.ts'
export { startNginx, type Nginx, type NginxOptions } from './nginx.ts'
export { startPostgres } from './postgres.ts'
export { startPostgresPair, type PostgresPair, type PostgresPairOptions } from './postgres-pair.ts'
export {
  startPostgresReplicas,
  type ClusterServer,
  type PostgresReplicas,
  type PostgresReplicasOptions,
} from './postgres-replicas.ts'
export type { Postgres, PostgresOptions, PostgresOrigin } from './postgres-server.ts'
export { TcpProxy, type Wire } from './tcp-proxy.ts'
export { startRedis, type Redis, type RedisOptions, type RedisOrigin } from './redis.ts'
export { startPrometheus, type Prometheus, type PrometheusOptions } from './prometheus.ts'
export { findPromtool, type Promtool, type PromtoolOptions, type PromtoolVerdict } from './promtool.ts'
export { startOtlpReceiver, type OtlpReceiver, type OtlpReceiverOptions, type ReceivedNames } from './otlp-receiver.ts'
export { packTarballs, type Tarballs } from './tarballs.ts'
