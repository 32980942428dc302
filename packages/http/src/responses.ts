import type { Response } from '@homeostat/optimizer'
import { breakerResponses } from './breaker/breaker-responses.ts'
import { compressionResponses } from './compression/compression-responses.ts'
import { serviceResponses } from './services/service-rules.ts'
import { warmingResponses } from './warming/warming-rules.ts'

/** The responses of the HTTP domain. */
export const responses: readonly Response[] = [
  ...compressionResponses,
  ...warmingResponses,
  ...serviceResponses,
  ...breakerResponses,
]
