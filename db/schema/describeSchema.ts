import type { Sql } from '../sql/connection.ts';

interface TableRow {
  name: string;
  partition_key: string | null;
  columns: string[];
  constraints: string[];
  indexes: string[];
  triggers: string[];
}

/**
 * The schema as SQL text, tables and their parts in a fixed order: what db/schema/schema.sql holds and a test compares, so
 * that a change of the schema is seen in review. Partitions are skipped: their number depends on the data.
 */
export async function describeSchema(db: Sql): Promise<string> {
  const tables = await db.query<TableRow>(tablesSql);
  const texts = tables.map(({ name, partition_key, columns, constraints, indexes, triggers }) => {
    const body = [...columns, ...constraints].map((line) => `  ${line}`).join(',\n');
    const suffix = partition_key === null ? '' : ` partition by ${partition_key.toLowerCase()}`;
    const more = [...indexes, ...triggers].map((line) => `${line};`);
    return [`create table ${name} (\n${body}\n)${suffix};`, ...more].join('\n');
  });
  const functions = await db.query<{ text: string }>(functionsSql);
  texts.push(...functions.map(({ text }) => `${text.trimEnd()};`));
  return `-- Written by npm run schema:dump after the migrations; do not edit.\n\n${texts.join('\n\n')}\n`;
}

const tablesSql = `
  select c.relname as name, pg_get_partkeydef(c.oid) as partition_key,
    array(
      select concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        case a.attidentity when 'a' then 'generated always as identity' end,
        case when a.attgenerated = 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
          when d.adbin is not null then 'default ' || pg_get_expr(d.adbin, d.adrelid) end,
        case when a.attnotnull then 'not null' end,
        case when a.attstorage = 'e' then 'storage external' end)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum
    ) as columns,
    array(
      select 'constraint ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where conrelid = c.oid and contype in ('p', 'u', 'f', 'c') order by contype, conname
    ) as constraints,
    array(
      select pg_get_indexdef(i.indexrelid) from pg_index i
      where i.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
      order by i.indexrelid::regclass::text
    ) as indexes,
    array(
      select pg_get_triggerdef(t.oid) || case t.tgenabled when 'A'
        then format(';\nALTER TABLE %I ENABLE ALWAYS TRIGGER %I', c.relname, t.tgname) else '' end
      from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal order by t.tgname
    ) as triggers
  from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  order by c.relname`;

const functionsSql = `
  select pg_get_functiondef(p.oid) as text from pg_proc p
  where p.pronamespace = current_schema()::regnamespace
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  order by p.proname`;
