// Plain OpenTelemetry as a preload, with readers from the environment.
import { NodeSDK } from '@opentelemetry/sdk-node'

new NodeSDK({ instrumentations: [] }).start()
