/** Other spellings that mean the same. Comments and white space stand where a space stood; names that are not quoted have no case. */
export const SPELLINGS: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', text => text],
  ['in capitals', text => outsideOfQuotes(text, part => part.toUpperCase())],
  ['in small letters', text => outsideOfQuotes(text, part => part.toLowerCase())],
  [
    'with comments',
    text => `/* SELECT 1; */ ${outsideOfQuotes(text, part => part.replaceAll(' ', ` /* /* in */ '' " */ `))}`,
  ],
  [
    'in lines',
    text => `\n\t-- FOR UPDATE; DELETE\n${outsideOfQuotes(text, part => part.replaceAll(' ', '\r\n\t'))}\n-- end`,
  ],
  ['with a semicolon', text => `${text} ;`],
]

/** What is neither in quotes of any kind nor in a comment. */
const QUOTED =
  /(\$([A-Za-z_]?\w*)\$[\s\S]*?\$\2\$|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|[uU]&"[^"]*"|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/)/

function outsideOfQuotes(text: string, change: (part: string) => string): string {
  // Three parts each: outside, the quotation, the tag of a dollar quotation.
  return text
    .split(QUOTED)
    .map((part, index) => (index % 3 === 0 ? change(part) : index % 3 === 1 ? part : ''))
    .join('')
}
