// Preload: `node --import ./test/sdk-2-0/src/one-api.ts script.ts` runs the script as an application on SDK 2.0.
import { useOneApi } from '../../conformance/src/one-api.ts'

useOneApi(new URL('../', import.meta.url))
