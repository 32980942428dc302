import type { Response } from './response.ts'

/** Every expression of a response, with where it stands in it. */
export function expressionsOf({
  expect,
  clear,
  requires = [],
  guards = [],
}: Response): [where: string, expr: string][] {
  const all: [where: string, expr: string | undefined][] = [
    ['expect.expr', expect?.expr],
    ['clear', clear],
    ...requires.map(({ expr }, index): [string, string] => [`requires[${index}].expr`, expr]),
    ...guards.flatMap(({ expr, denominator }, index): [string, string | undefined][] => [
      [`guards[${index}].expr`, expr],
      [`guards[${index}].denominator`, denominator],
    ]),
  ]
  return all.filter((each): each is [string, string] => each[1] !== undefined)
}
