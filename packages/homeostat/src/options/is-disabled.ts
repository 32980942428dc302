/**
 * Whether the text of `HOMEOSTAT_DISABLED` disables Homeostat. The kill switch reads the variable in the same way (`saysStop()` of the
 * optimizer); a process that is disabled must not load the optimizer to find that out, so a test holds the two together.
 */
export function isDisabled(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false', 'no', 'off'].includes(text.trim().toLowerCase())
}
