/** The page of the sale, made anew for each visitor. */
export function renderSalePage(offers: number, first: number): string {
  const items = Array.from({ length: offers }, (_, index) => {
    const id = 1 + ((first + index) % 3000)
    const price = (5 + ((id * 7919) % 19_500) / 100).toFixed(2)
    return `<li class="offer"><a href="/products/${id}" class="offer-link">Product ${id}</a><b>${price}</b></li>`
  })
  return `<!doctype html><title>Sale</title><h1>Only today</h1><ul>${items.join('\n')}</ul>`
}
