-- Everything that the catalogs say of the extension, a fact a line, in order and
-- without OIDs: what a fresh and an upgraded installation must have in common.
-- Run in a database in which the extension is in the schema education_flow.
SET search_path = pg_catalog;
SET client_min_messages = warning;
CREATE TEMP VIEW member AS
SELECT d.classid, d.objid
FROM pg_depend AS d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow');
-- With what belongs to them: indexes, constraints, rules, array types.
CREATE TEMP VIEW part AS
WITH RECURSIVE p AS (
    SELECT classid, objid FROM member
    UNION
    SELECT d.classid, d.objid
    FROM p JOIN pg_depend AS d ON d.refclassid = p.classid AND d.refobjid = p.objid AND d.deptype IN ('i', 'a')
    WHERE d.classid IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_rewrite'::regclass, 'pg_type'::regclass,
                        'pg_attrdef'::regclass, 'pg_trigger'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass,
                        'pg_policy'::regclass)
      -- A user's view depends normally, not so.
)
SELECT * FROM p;
CREATE FUNCTION pg_temp.acl(aclitem[]) RETURNS text[] LANGUAGE sql AS 'SELECT array_agg(a::text ORDER BY a::text) FROM unnest($1) AS a';
CREATE FUNCTION pg_temp.types(oid[]) RETURNS text LANGUAGE sql AS
    $$ SELECT string_agg(format_type(t, NULL), ', ' ORDER BY o) FROM unnest($1) WITH ORDINALITY AS a (t, o) $$;
CREATE FUNCTION pg_temp.operator(oid) RETURNS text LANGUAGE sql AS
    $$ SELECT CASE WHEN $1 <> 0 THEN pg_describe_object('pg_operator'::regclass, $1, 0) END $$;
CREATE TEMP VIEW fact AS
SELECT 'extension' AS kind, extname::text AS name, 'row' AS what,
       concat_ws(' ', extversion, extrelocatable, extnamespace::regnamespace, extconfig::regclass[], extcondition,
                 obj_description(oid, 'pg_extension')) AS value
FROM pg_extension WHERE extname = 'education_flow'
UNION ALL
SELECT 'member', pg_describe_object(classid, objid, 0), '', '' FROM member
UNION ALL
SELECT 'part', pg_describe_object(classid, objid, 0), '', '' FROM part
UNION ALL
SELECT 'comment', pg_describe_object(d.classoid, d.objoid, d.objsubid), '', d.description
FROM pg_description AS d JOIN part ON classid = d.classoid AND objid = d.objoid
UNION ALL
SELECT 'first privileges', pg_describe_object(i.classoid, i.objoid, i.objsubid), i.privtype::text, pg_temp.acl(i.initprivs)::text
FROM pg_init_privs AS i JOIN part ON classid = i.classoid AND objid = i.objoid
UNION ALL
-- what the parts need, and what needs them
SELECT DISTINCT 'dependency', pg_describe_object(d.classid, d.objid, d.objsubid), d.deptype::text,
       pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
FROM pg_depend AS d JOIN part AS p ON (p.classid = d.classid AND p.objid = d.objid)
UNION ALL
SELECT 'function', p.oid::regprocedure::text, 'row',
       (to_jsonb(p) - '{oid,proowner,pronamespace,prolang,proargtypes,proallargtypes,prorettype,provariadic,proargdefaults,prosqlbody,protrftypes,proacl}'::text[])::text
       || pg_temp.acl(proacl)::text
FROM pg_proc AS p JOIN part ON classid = 'pg_proc'::regclass AND objid = p.oid
UNION ALL
SELECT 'function', p.oid::regprocedure::text, 'acl and owner', concat_ws(' ', pg_temp.acl(proacl), proowner::regrole, proacl IS NULL)
FROM pg_proc AS p JOIN part ON classid = 'pg_proc'::regclass AND objid = p.oid
UNION ALL
SELECT 'function', p.oid::regprocedure::text, 'definition',
       CASE WHEN prokind <> 'a' THEN pg_get_functiondef(p.oid)
            ELSE concat_ws(' ', pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) END
FROM pg_proc AS p JOIN part ON classid = 'pg_proc'::regclass AND objid = p.oid
UNION ALL
SELECT 'aggregate', a.aggfnoid::regprocedure::text, 'row',
       (to_jsonb(a) - '{aggfnoid,aggtranstype,aggmtranstype,aggsortop}'::text[])::text
       || concat_ws(' ', aggtranstype::regtype, aggmtranstype::regtype, pg_temp.operator(aggsortop))
FROM pg_aggregate AS a JOIN part ON classid = 'pg_proc'::regclass AND objid = aggfnoid
UNION ALL
SELECT 'type', t.oid::regtype::text, 'row',
       (to_jsonb(t) - '{oid,typnamespace,typowner,typrelid,typelem,typarray,typbasetype,typcollation,typdefaultbin,typacl}'::text[])::text
       || concat_ws(' ', typowner::regrole, typelem::regtype, typarray::regtype, pg_temp.acl(typacl))
FROM pg_type AS t JOIN part ON classid = 'pg_type'::regclass AND objid = t.oid
UNION ALL
SELECT 'operator', o.oid::regoperator::text, 'row',
       (to_jsonb(o) - '{oid,oprnamespace,oprowner,oprleft,oprright,oprresult,oprcom,oprnegate}'::text[])::text
       || concat_ws(' ', oprowner::regrole, oprresult::regtype, pg_temp.operator(oprcom), pg_temp.operator(oprnegate))
FROM pg_operator AS o JOIN part ON classid = 'pg_operator'::regclass AND objid = o.oid
UNION ALL
SELECT 'cast', pg_describe_object('pg_cast'::regclass, c.oid, 0), 'row',
       concat_ws(' ', castfunc::regprocedure, castcontext, castmethod)
FROM pg_cast AS c JOIN part ON classid = 'pg_cast'::regclass AND objid = c.oid
UNION ALL
SELECT 'operator class', pg_describe_object('pg_opclass'::regclass, o.oid, 0), 'row',
       concat_ws(' ', opcdefault, opcintype::regtype, opckeytype::regtype, pg_describe_object('pg_opfamily'::regclass, opcfamily, 0))
FROM pg_opclass AS o JOIN part ON classid = 'pg_opclass'::regclass AND objid = o.oid
UNION ALL
SELECT 'operator family', pg_describe_object('pg_opfamily'::regclass, amopfamily, 0), amopstrategy::text,
       concat_ws(' ', amoplefttype::regtype, amoprighttype::regtype, amoppurpose, amopopr::regoperator)
FROM pg_amop JOIN part ON classid = 'pg_opfamily'::regclass AND objid = amopfamily
UNION ALL
SELECT 'operator family', pg_describe_object('pg_opfamily'::regclass, amprocfamily, 0), 'function ' || amprocnum,
       concat_ws(' ', amproclefttype::regtype, amprocrighttype::regtype, amproc::regprocedure)
FROM pg_amproc JOIN part ON classid = 'pg_opfamily'::regclass AND objid = amprocfamily
UNION ALL
SELECT 'relation', c.oid::regclass::text, 'row',
       concat_ws(' ', relkind, relpersistence, relowner::regrole, reloptions, relrowsecurity, relforcerowsecurity, relreplident,
                 relhasrules, relhastriggers, pg_temp.acl(relacl))
FROM pg_class AS c JOIN part ON classid = 'pg_class'::regclass AND objid = c.oid
UNION ALL
SELECT 'relation', c.oid::regclass::text, 'definition',
       CASE relkind WHEN 'v' THEN pg_get_viewdef(c.oid, true) WHEN 'm' THEN pg_get_viewdef(c.oid, true)
                    WHEN 'i' THEN pg_get_indexdef(c.oid) END
FROM pg_class AS c JOIN part ON classid = 'pg_class'::regclass AND objid = c.oid
UNION ALL
SELECT 'column', concat(attrelid::regclass, '.', attnum), attname::text,
       concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, atthasdef, attidentity, attgenerated, attstorage, attcompression,
                 attisdropped,
                 -- 15.20 of Debian keeps a number of its own there
                 (SELECT array_agg(o) FROM unnest(attoptions) AS o WHERE o !~ '^pg_attver='), pg_temp.acl(attacl), pg_get_expr(adbin, adrelid))
FROM pg_attribute AS a JOIN part ON classid = 'pg_class'::regclass AND objid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0
UNION ALL
SELECT 'constraint', concat(conrelid::regclass, ' ', conname), contype::text,
       concat_ws(' ', condeferrable, condeferred, convalidated, connoinherit, pg_get_constraintdef(o.oid))
FROM pg_constraint AS o JOIN part ON classid = 'pg_constraint'::regclass AND objid = o.oid;
SELECT line
FROM fact, LATERAL (SELECT regexp_replace(translate(concat_ws(' | ', kind, name, what, value), E'\n\t', '  '),
                                     'pg_toast_\d+', 'pg_toast_N', 'g') AS line) AS l
ORDER BY line COLLATE "C";
