-- workforce_agg with the person: from contracts to a workforce of the spells that they make. As
-- retention_agg with the person.

@include events_combine.sql.in purpose=workforce
@include internal_finalfn.sql.in function=workforce_agg result=workforce

-- "any" takes the other keys and codes, such as numeric. Where types fit exactly, the other forms are
-- taken, which nobody can put himself before.
@include workforce_person.sql.in person=bigint reason=text
@include workforce_person.sql.in person=uuid reason=text
@include workforce_person.sql.in person=text reason=text
@include workforce_person.sql.in person="any" reason="any"
