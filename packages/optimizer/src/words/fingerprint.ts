import { fnv1a } from '@homeostat/judge'

/** Tells texts apart, nothing more. */
export function fingerprint(text: string): string {
  return fnv1a(text).toString(16).padStart(8, '0')
}
