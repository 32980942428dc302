// Preload: `node --import ./test/sdk-3/src/one-api.ts script.ts` runs the script as an application on SDK 3.
import { useOneApi } from '../../conformance/src/one-api.ts'

useOneApi(new URL('../', import.meta.url))
