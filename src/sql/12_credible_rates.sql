-- credible_rates: exit rates of a reference, and how often a group leaves against them.

@include type.sql.in type=credible_rates

COMMENT ON TYPE credible_rates IS
    'exit rates of a reference by age and reason, with the ratio of a group to them for each reason, '
    'made by credible_rates_agg and credibility';
