// A preload that starts the SDK of the folder in SDK_FOLDER from OTEL_… variables, as a vendor's register does.
import { createRequire } from 'node:module'

const { NodeSDK } = createRequire(process.env.SDK_FOLDER)('@opentelemetry/sdk-node')
new NodeSDK({ instrumentations: [] }).start()
