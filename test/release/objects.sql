-- The objects of the extension by name, and for each whether it is for calling:
-- "stable", or "support" if it is there for other objects, which may change it with them.
SET search_path = education_flow, pg_catalog;
WITH member AS (
    SELECT classid, objid FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
      AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'education_flow')
), serving AS (
    -- functions of aggregates and types
    SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) AS oid
    FROM pg_aggregate JOIN member ON classid = 'pg_proc'::regclass AND objid = aggfnoid
    UNION SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend]::oid[])
    FROM pg_type AS t JOIN member ON classid = 'pg_type'::regclass AND objid = t.oid
    UNION SELECT oprcode FROM pg_operator AS o JOIN member ON classid = 'pg_operator'::regclass AND objid = o.oid
    UNION SELECT castfunc FROM pg_cast AS c JOIN member ON classid = 'pg_cast'::regclass AND objid = c.oid
    UNION SELECT amproc FROM pg_amproc JOIN member ON classid = 'pg_opfamily'::regclass AND objid = amprocfamily
)
SELECT CASE WHEN classid = 'pg_proc'::regclass
                 AND (objid IN (SELECT oid FROM serving) OR obj_description(objid, 'pg_proc') ~ '^internal to ')
            THEN 'support' ELSE 'stable' END,
       pg_describe_object(classid, objid, 0)
FROM member
-- Array and row types belong to what they are made of.
WHERE NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type WHERE oid = objid AND (typcategory = 'A' OR typrelid <> 0)))
ORDER BY pg_describe_object(classid, objid, 0) COLLATE "C";
