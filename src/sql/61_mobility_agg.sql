-- mobility_agg: from spells to a mobility. Spells are kept as events (15_events.sql) until all are
-- seen.

@include events_combine.sql.in purpose=mobility
@include events_combine.sql.in purpose=moves
@include internal_finalfn.sql.in function=mobility_agg result=mobility

@include mobility_agg.sql.in person=bigint word=text
@include mobility_agg.sql.in person=uuid word=text
@include mobility_agg.sql.in person=text word=text
@include mobility_agg.sql.in person="any" word="any"

-- With reasons, FTE and a gap: from contracts, as workforce_agg with the person (63_workforce_person.sql).
@include internal_finalfn.sql.in function=mobility_agg_person result=mobility

@include mobility_person.sql.in person=bigint word=text
@include mobility_person.sql.in person=uuid word=text
@include mobility_person.sql.in person=text word=text
@include mobility_person.sql.in person="any" word="any"
