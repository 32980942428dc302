// A preload that starts the SDK from OTEL_CONFIG_FILE, as its documentation says; with the contrib instrumentations where a variable asks for them.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const sdk = require('@opentelemetry/sdk-node')
const instrumentations = process.env.CONTRIB
  ? require('@opentelemetry/auto-instrumentations-node').getNodeAutoInstrumentations()
  : []
// SDK 2 spells it differently.
const start = sdk.startNodeSdk ?? sdk.startNodeSDK
start({ instrumentations })
