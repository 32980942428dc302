/** A share, for people, in whole percent: `71 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
