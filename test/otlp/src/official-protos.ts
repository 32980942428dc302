import Module from 'node:module'

/** What protobufjs generates for a message. */
interface MessageType {
  decode(bytes: Uint8Array): object
  encode(message: object): { finish(): Uint8Array }
  fromObject(json: object): object
  toObject(message: object, options: object): object
}

interface Protos {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: { readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: MessageType } } }
    }
  }
}

// This release of OpenTelemetry's own exporters holds the code that protobufjs generated from the official protos; later ones do not.
const { opentelemetry } = Module.createRequire(import.meta.url)('otlp-protos/build/src/generated/root.js') as Protos
const { ExportMetricsServiceRequest } = opentelemetry.proto.collector.metrics.v1

/** As protobuf's JSON writes it: 64-bit integers are texts, enums are numbers in OTLP. */
const AS_JSON = { longs: String, enums: Number, arrays: true, objects: false, defaults: false }

/** The request that protobuf holds. */
export function decodeRequest(bytes: Uint8Array): object {
  return ExportMetricsServiceRequest.toObject(ExportMetricsServiceRequest.decode(bytes), AS_JSON)
}

/** The same request after a way through protobuf, which loses what the protos do not know. */
export function throughProtobuf(json: object): object {
  const bytes = ExportMetricsServiceRequest.encode(ExportMetricsServiceRequest.fromObject(json)).finish()
  return decodeRequest(bytes)
}
