/** A share of all, for people: `52 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
