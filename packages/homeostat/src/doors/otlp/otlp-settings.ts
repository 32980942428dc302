import { CUMULATIVE, DELTA, LONGEST_DELAY_MS, type Temporality } from '@homeostat/signals'
import { textIn, type Environment } from '@homeostat/signals/options'
import { pairsInVariable } from './pairs-in-variable.ts'

/** Where and how Homeostat sends its own metrics, from `OTEL_*` variables. */
export interface OtlpSettings {
  /** The whole address. It may hold credentials, so it appears in no text. */
  readonly url: URL
  /** Scheme, host and port, for people. */
  readonly shownEndpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** For one request. */
  readonly timeoutMs: number
  readonly isGzip: boolean
  /** Of counters and histograms; levels are always cumulative. */
  readonly temporality: Temporality
  readonly intervalMs: number
  /** For one export with all its attempts. */
  readonly exportTimeoutMs: number
  /** Files of a private certificate authority, and of a certificate of our own. */
  readonly tlsFiles: { readonly ca?: string; readonly cert?: string; readonly key?: string }
}

/** As `node:http` checks them, which takes too long to load for an application that sends nothing. Source: RFC 9110, 5.5 and 5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
const NOT_IN_HEADER_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** The settings in the variables. Each problem is a line that names a variable, and shows no value. */
export interface ReadOtlpSettings {
  /** Undefined where nothing is to be sent. */
  readonly settings: OtlpSettings | undefined
  readonly problems: readonly string[]
}

/** Used where a variable is not set. */
export interface OtlpDefaults {
  /** The address of the metrics. @default none: nothing is sent without a variable */
  readonly url?: URL
  readonly intervalMs: number
  readonly exportTimeoutMs: number
  readonly temporality: Temporality
}

/** Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export const SPECIFIED_DEFAULTS: OtlpDefaults = {
  intervalMs: 60_000,
  exportTimeoutMs: 30_000,
  temporality: CUMULATIVE,
}

const NOTHING: ReadOtlpSettings = { settings: undefined, problems: [] }
const DEFAULT_TIMEOUT_MS = 10_000
/** A shorter interval would flood the receiver. */
const SHORTEST_INTERVAL_MS = 100
/** Headers that the request sets itself. */
const OWN_HEADERS = /^(?:content-\w+|transfer-encoding|connection|host|expect|upgrade|te|trailer|keep-alive)$/i

/**
 * Reads the variables of the OTLP exporter; the one of metrics is stronger than the general one. Never throws.
 * Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function readOtlpSettings(
  environment: Environment,
  defaults: OtlpDefaults = SPECIFIED_DEFAULTS,
): ReadOtlpSettings {
  if (isTrue(textIn(environment, 'OTEL_SDK_DISABLED'))) return NOTHING
  const exporters = wordsIn(environment, 'OTEL_METRICS_EXPORTER')
  if (exporters.length > 0 && !exporters.includes('otlp')) return NOTHING
  const reading = new OtlpVariables(environment)
  const url = reading.url() ?? (reading.problems.length > 0 ? undefined : defaults.url)
  if (url === undefined) return { settings: undefined, problems: reading.problems }
  const shownEndpoint = `${url.protocol}//${url.host}`
  const [protocol, variable] = reading.word('PROTOCOL')
  if (protocol === 'grpc') {
    const problem = `${variable} is grpc, and Homeostat sends its own metrics by HTTP only, so nothing is exported: set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json and the endpoint to the HTTP port of the receiver, usually 4318`
    return { settings: undefined, problems: [problem] }
  }
  if (protocol !== undefined && protocol !== 'http/json' && protocol !== 'http/protobuf')
    reading.problem(variable, 'http/json is used', 'http/json, http/protobuf or grpc')
  const settings: OtlpSettings = {
    url,
    shownEndpoint,
    headers: reading.headers(),
    timeoutMs: reading.milliseconds(['METRICS_TIMEOUT', 'TIMEOUT'].map(ofOtlp), DEFAULT_TIMEOUT_MS),
    isGzip: reading.isGzip(),
    temporality: reading.temporality(defaults.temporality),
    intervalMs: Math.max(
      reading.milliseconds(['OTEL_METRIC_EXPORT_INTERVAL'], defaults.intervalMs),
      SHORTEST_INTERVAL_MS,
    ),
    exportTimeoutMs: reading.milliseconds(['OTEL_METRIC_EXPORT_TIMEOUT'], defaults.exportTimeoutMs),
    tlsFiles: reading.tlsFiles(),
  }
  return { settings, problems: reading.problems }
}

/** One reading of the variables. */
class OtlpVariables {
  readonly problems: string[] = []
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  problem(variable: string, effect: string, expected: string): void {
    this.problems.push(`${variable} is not valid, so ${effect}; expected ${expected}`)
  }

  /** A variable of metrics is the whole address; the general one is the base of all signals. */
  url(): URL | undefined {
    const own = this.#text('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT')
    const base = this.#text('OTEL_EXPORTER_OTLP_ENDPOINT')
    const [text, variable] =
      own === undefined ? [base, 'OTEL_EXPORTER_OTLP_ENDPOINT'] : [own, 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT']
    if (text === undefined) return undefined
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      this.problem(variable, 'nothing is exported', 'an http or https URL, e.g. http://localhost:4318')
      return undefined
    }
    if (own === undefined) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/metrics`
    return url
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = {}
    for (const variable of ['HEADERS', 'METRICS_HEADERS'].map(ofOtlp)) {
      const { pairs, wrong } = pairsInVariable(this.#environment, variable)
      let refused = wrong
      for (const [name, value] of pairs) {
        if (isHeader(name, value)) headers[name.toLowerCase()] = value
        else refused++
      }
      if (refused > 0)
        this.problem(
          variable,
          `${refused} of its headers ${refused === 1 ? 'is' : 'are'} not sent`,
          'name=value,other=value with percent-encoded values',
        )
    }
    return headers
  }

  isGzip(): boolean {
    const [compression, variable] = this.word('COMPRESSION')
    if (compression !== undefined && compression !== 'gzip' && compression !== 'none')
      this.problem(variable, 'nothing is compressed', 'gzip or none')
    return compression === 'gzip'
  }

  /** `lowmemory` is delta for synchronous instruments, and all counters of Homeostat count as synchronous. */
  temporality(byDefault: Temporality): Temporality {
    const variable = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'
    const wanted = this.#text(variable)?.toLowerCase()
    if (wanted === 'delta' || wanted === 'lowmemory') return DELTA
    if (wanted === 'cumulative') return CUMULATIVE
    if (wanted !== undefined)
      this.problem(
        variable,
        `${byDefault === DELTA ? 'delta' : 'cumulative'} is used`,
        'cumulative, delta or lowmemory',
      )
    return byDefault
  }

  milliseconds(variables: readonly string[], byDefault: number): number {
    for (const variable of variables) {
      const text = this.#text(variable)
      if (text === undefined) continue
      const ms = Number(text)
      if (Number.isFinite(ms) && ms >= 1 && ms <= LONGEST_DELAY_MS) return ms
      this.problem(variable, `${byDefault} ms is used`, 'milliseconds from 1')
      return byDefault
    }
    return byDefault
  }

  tlsFiles(): OtlpSettings['tlsFiles'] {
    const [ca, cert, key] = ['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].map(
      name => this.#text(ofOtlp(`METRICS_${name}`)) ?? this.#text(ofOtlp(name)),
    )
    return {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    }
  }

  /** A word of metrics or of all signals, with its variable. */
  word(name: string): [word: string, variable: string] | [undefined, undefined] {
    for (const variable of [`METRICS_${name}`, name].map(ofOtlp)) {
      const text = this.#text(variable)
      if (text !== undefined) return [text.toLowerCase(), variable]
    }
    return [undefined, undefined]
  }

  /** An empty variable counts as not set. */
  #text(variable: string): string | undefined {
    const text = textIn(this.#environment, variable)?.trim()
    return text === '' ? undefined : text
  }
}

function ofOtlp(name: string): string {
  return `OTEL_EXPORTER_OTLP_${name}`
}

function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === 'true'
}

function wordsIn(environment: Environment, variable: string): string[] {
  const words = (textIn(environment, variable) ?? '').split(',')
  return words.map(word => word.trim().toLowerCase()).filter(word => word !== '')
}

function isHeader(name: string, value: string): boolean {
  return HEADER_NAME.test(name) && !NOT_IN_HEADER_VALUE.test(value) && !OWN_HEADERS.test(name)
}
