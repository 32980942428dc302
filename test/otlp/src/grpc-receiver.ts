import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js'
import { decodeRequest } from './official-protos.ts'
import type { OtlpRequest } from './otlp-request.ts'

/** The only method of the official `metrics_service.proto`. */
const EXPORT = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'

/** A receiver of OTLP/gRPC, which decodes by the official protos. */
export class GrpcReceiver implements AsyncDisposable {
  readonly accepted: OtlpRequest[] = []
  readonly #server = new Server()
  #port = 0

  private constructor() {
    const take: handleUnaryCall<object, Buffer> = ({ request }, answer) => {
      this.accepted.push(request as OtlpRequest)
      // An empty ExportMetricsServiceResponse: everything was accepted.
      answer(null, Buffer.alloc(0))
    }
    this.#server.addService(
      {
        export: {
          path: EXPORT,
          requestStream: false,
          responseStream: false,
          requestSerialize: () => Buffer.alloc(0),
          requestDeserialize: decodeRequest,
          responseSerialize: (bytes: Buffer) => bytes,
          responseDeserialize: (bytes: Buffer) => bytes,
        },
      },
      { export: take },
    )
  }

  static async start(): Promise<GrpcReceiver> {
    const receiver = new GrpcReceiver()
    receiver.#port = await new Promise<number>((resolve, reject) => {
      receiver.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      )
    })
    return receiver
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown()
  }
}
