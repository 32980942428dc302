/** Whether tools ask so, ours among them: catalogs are small, and get no indexes. */
export function readsCatalog(text: string): boolean {
  return /\bpg_(?:catalog|stat)\w*\b|\binformation_schema\b/i.test(text)
}
