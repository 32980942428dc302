// The queries of the server's catalog. They return all values as text.

export const RELATION = `SELECT c.oid::text AS oid, n.nspname::text AS schema, pg_catalog.quote_ident(n.nspname) AS quoted_schema, c.relname::text AS relation, c.relkind::text AS kind,
  c.relpersistence::text AS persistence, c.relrowsecurity::text AS guarded, pg_catalog.row_security_active(c.oid)::text AS filtered,
  COALESCE(c.reloptions && '{security_barrier=true,security_barrier=on,security_barrier=1}'::text[], false)::text AS barrier, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
  CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) END AS view
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1)`

export const SIZE = `SELECT COALESCE(pg_catalog.sum(pg_catalog.pg_relation_size(t.relid)), 0)::text AS bytes,
  COALESCE(pg_catalog.sum(s.n_tup_ins), 0)::text AS inserts, COALESCE(pg_catalog.sum(s.n_tup_upd), 0)::text AS updates, COALESCE(pg_catalog.sum(s.n_tup_del), 0)::text AS deletes,
  COALESCE(pg_catalog.sum(s.n_dead_tup), 0)::text AS dead, COALESCE(pg_catalog.min(s.vacuum_count + s.autovacuum_count) FILTER (WHERE t.isleaf), 0)::text AS vacuums,
  COALESCE(pg_catalog.sum(s.n_mod_since_analyze), 0)::text AS changed, COALESCE(pg_catalog.sum(c.relallvisible)::float8 / NULLIF(pg_catalog.sum(c.relpages), 0), 0)::text AS visible,
  pg_catalog.bool_or(s.last_analyze IS NULL AND s.last_autoanalyze IS NULL) FILTER (WHERE t.isleaf)::text AS unknown,
  COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object('oid', c.oid::text, 'parent', t.parentrelid::text, 'isLowest', t.isleaf, 'isForeign', c.relkind = 'f', 'relation', c.relname, 'name', pg_catalog.format('%I.%I', n.nspname, c.relname), 'quotedSchema',
    pg_catalog.quote_ident(n.nspname)) ORDER BY t.level, c.oid) FILTER (WHERE t.level > 0), '[]')::text AS partitions,
  COALESCE(pg_catalog.sum(pg_catalog.pg_relation_size(c.reltoastrelid)), 0)::text AS apart,
  pg_catalog.sum(CASE WHEN c.reltuples >= 0 AND c.relpages > 0 THEN c.reltuples / c.relpages * (pg_catalog.pg_relation_size(c.oid) / 8192.0) END)::text AS tuples
  FROM (WITH RECURSIVE tree AS (SELECT $1::oid AS relid, 0::oid AS parentrelid, 0 AS level
      UNION SELECT h.inhrelid, h.inhparent, level + 1 FROM tree JOIN pg_catalog.pg_inherits h ON $2 AND h.inhparent = relid)
    SELECT DISTINCT ON (relid) relid, parentrelid, level, k.relkind <> 'p' AS isleaf FROM tree JOIN pg_catalog.pg_class k ON k.oid = relid ORDER BY relid, level) t
  JOIN pg_catalog.pg_class c ON c.oid = t.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid`

// A collation of ICU has no name of a C library, and its database may have one that it does not sort by. Databases know their provider since 15.
export const COLUMNS = `SELECT a.attnum::text AS number, a.attname::text AS name, pg_catalog.quote_ident(a.attname) AS quoted, (t.typtype = 'd')::text AS of_domain,
  (WITH RECURSIVE b AS (SELECT t.oid, t.typtype, t.typbasetype, t.typname UNION ALL SELECT u.oid, u.typtype, u.typbasetype, u.typname FROM b
    JOIN pg_catalog.pg_type u ON u.oid = b.typbasetype WHERE b.typtype = 'd') SELECT typname::text FROM b WHERE typtype <> 'd') AS type,
  a.attnotnull::text AS not_null, (a.attgenerated = 'v')::text AS virtual, s.n_distinct::text AS distinct_values, s.null_frac::text AS null_share, s.correlation::text AS correlation, s.avg_width::text AS width,
  (CASE COALESCE(NULLIF(l.collprovider::text, 'd'), pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') WHEN 'b' THEN true
    WHEN 'c' THEN CASE l.collprovider WHEN 'c' THEN l.collcollate ELSE d.datcollate END IN ('C', 'POSIX') ELSE false END)::text AS byte_sorted,
  (a.attlen = -1 AND a.attstorage <> 'p' AND (a.atttypmod < 0 OR a.atttypmod > 650))::text AS unbounded
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = $2 AND s.tablename = $3 AND s.attname = a.attname AND s.inherited = $4
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped`

export const INDEXES = `SELECT i.indexrelid::regclass::text AS name, i.indrelid::text AS relation, i.indisvalid::text AS valid, i.indisunique::text AS unique, m.amname::text AS method,
  (i.indisreplident OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid))::text AS needed,
  (NOT i.indisvalid AND (pg_catalog.pg_is_in_recovery() OR EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index b
    JOIN pg_catalog.pg_locks k ON k.pid = b.pid AND k.database = b.datid AND k.mode = 'ShareUpdateExclusiveLock' AND k.granted
    WHERE k.relation = i.indrelid OR k.relation IN (SELECT relid FROM pg_catalog.pg_partition_tree(i.indrelid)))))::text AS in_building,
  i.indkey::text AS columns, i.indnkeyatts::text AS keys, pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
  (SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
    || CASE WHEN l.oid IS NULL THEN '' ELSE ' COLLATE ' || pg_catalog.quote_ident(l.collname) END
    || CASE WHEN o.opcdefault THEN '' ELSE ' ' || o.opcname END
    || CASE WHEN m.amname = 'btree' THEN (ARRAY['', ' DESC NULLS LAST', ' NULLS FIRST', ' DESC'])[1 + (i.indoption[k - 1] & 3)] ELSE '' END ORDER BY k)
    FROM pg_catalog.generate_series(1, i.indnkeyatts) k JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k - 1]
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = i.indcollation[k - 1] AND CASE WHEN a.attnum IS NOT NULL THEN l.oid <> a.attcollation
      -- What the collation of an expression would be by itself is not in the catalog.
      ELSE pg_catalog.pg_get_indexdef(i.indexrelid) LIKE '% COLLATE %' END)::text AS definitions,
  s.scans::text AS scans, s.bytes::text AS bytes
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
  -- The index of a partitioned table is searched and stored in its parts.
  CROSS JOIN LATERAL (SELECT pg_catalog.sum(pg_catalog.pg_stat_get_numscans(t.relid)) AS scans, pg_catalog.sum(pg_catalog.pg_relation_size(t.relid)) AS bytes
    FROM (SELECT i.indexrelid AS relid UNION SELECT relid::oid FROM pg_catalog.pg_partition_tree(i.indexrelid)) t) s WHERE i.indrelid = ANY($1::oid[])`

// The policies for SELECT apply to UPDATE and DELETE as well. A row has to meet one permissive policy and all restrictive ones.
export const POLICIES = `SELECT pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS condition, p.polpermissive::text AS permissive FROM pg_catalog.pg_policy p
  WHERE p.polrelid = $1::oid AND p.polcmd IN ('*', 'r') AND p.polqual IS NOT NULL
  AND (p.polroles = '{0}' OR EXISTS (SELECT 1 FROM pg_catalog.unnest(p.polroles) r WHERE pg_catalog.pg_has_role(r, 'USAGE'))) ORDER BY p.polname`
