/** Of a fleet, so much may hurt itself at a time. Source: the usual `maxUnavailable: 25%` of Kubernetes Deployments. */
export const DISRUPTED_SHARE = 0.25

/** How many processes of a fleet may be in a disruptive action at once: a quarter, but one of a small fleet. */
export function slotsOf(members: number): number {
  return Math.max(1, Math.floor(DISRUPTED_SHARE * members))
}
