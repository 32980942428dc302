import { AsyncLocalStorage } from 'node:async_hooks'
import type { BodyPlan } from './compression.ts'

/** How the body is to be compressed that a framework is about to send, for compressors that are not handed the request. */
export const currentBody: AsyncLocalStorage<{ readonly plan: BodyPlan }> = new AsyncLocalStorage()
