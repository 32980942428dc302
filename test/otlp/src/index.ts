export { GrpcReceiver } from './grpc-receiver.ts'
export { certificatePath, OtlpReceiver, type Received, type ReceiverAnswer } from './otlp-receiver.ts'
export { metricsIn, pointsOf, resourceOf, type OtlpMetric, type OtlpPoint, type OtlpRequest } from './otlp-request.ts'
