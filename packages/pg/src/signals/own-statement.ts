/** How a statement begins that is Homeostat's own; seen in `pg_stat_activity` too. It is never a slow query. */
export const OWN_STATEMENT = '/* homeostat */'
