/** A name of a job that differs from all others and holds no value. */
export function nthName(n: number): string {
  const letter = (code: number): string => String.fromCodePoint('a'.codePointAt(0)! + code)
  return `job-${letter(Math.floor(n / 26))}${letter(n % 26)}`
}
