-- retention_agg with the person: from contracts to a retention of the spells that they make.
-- Contracts are kept as events (15_events.sql) until all are seen.

@include events_combine.sql.in purpose=retention
@include internal_finalfn.sql.in function=retention_agg result=retention

@include retention_person.sql.in person=bigint reason=text
@include retention_person.sql.in person=uuid reason=text
@include retention_person.sql.in person=text reason=text
@include retention_person.sql.in person="any" reason="any"
