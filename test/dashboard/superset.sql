-- employment_series_total, (total)
SELECT period_end AS period_end, max(headcount) AS headcount 
FROM reporting.employment_series_total 
WHERE hospital IN ('(total)') GROUP BY period_end ORDER BY headcount DESC 
 LIMIT 10000;

-- age_pyramid_total, (total)
SELECT age AS age, max(headcount) AS headcount 
FROM reporting.age_pyramid_total 
WHERE hospital IN ('(total)') GROUP BY age ORDER BY headcount DESC 
 LIMIT 10000;

-- retirement_projection_total, (total)
SELECT year AS year, max(retirements) AS retirements, max(retirements_lower) AS retirements_lower, max(retirements_upper) AS retirements_upper 
FROM reporting.retirement_projection_total 
WHERE hospital IN ('(total)') GROUP BY year ORDER BY retirements DESC 
 LIMIT 10000;

-- recruitment_need_total, (total)
SELECT year AS year, max(recruitment_need) AS recruitment_need, max(need_lower) AS need_lower, max(need_upper) AS need_upper 
FROM reporting.recruitment_need_total 
WHERE hospital IN ('(total)') GROUP BY year ORDER BY recruitment_need DESC 
 LIMIT 10000;

-- funnel_epochs, (total)
SELECT stage_no || ' ' || stage AS stage, epoch AS epoch, max(cumulative) AS "share who reach it" 
FROM reporting.funnel_epochs 
WHERE epoch IN (2016, 2019) GROUP BY stage_no || ' ' || stage, epoch ORDER BY "share who reach it" DESC 
 LIMIT 10000;

-- retention_curve_total, (total)
SELECT years AS years, max(retained) AS retained, max(lower) AS lower, max(upper) AS upper 
FROM reporting.retention_curve_total 
WHERE hospital IN ('(total)') GROUP BY years ORDER BY retained DESC 
 LIMIT 10000;

-- mobility_probabilities, (total)
SELECT to_state AS to_state, from_state AS from_state, max(probability) AS probability 
FROM reporting.mobility_probabilities GROUP BY to_state, from_state ORDER BY to_state ASC, from_state DESC 
 LIMIT 1000;

-- competence_coverage_total, (total)
SELECT day AS day, max(coverage) AS coverage 
FROM reporting.competence_coverage_total 
WHERE hospital IN ('(total)') AND level IN ('(total)') GROUP BY day ORDER BY coverage DESC 
 LIMIT 10000;

-- employment_series_total, North
SELECT period_end AS period_end, max(headcount) AS headcount 
FROM reporting.employment_series_total 
WHERE hospital IN ('North') GROUP BY period_end ORDER BY headcount DESC 
 LIMIT 10000;

-- age_pyramid_total, North
SELECT age AS age, max(headcount) AS headcount 
FROM reporting.age_pyramid_total 
WHERE hospital IN ('North') GROUP BY age ORDER BY headcount DESC 
 LIMIT 10000;

-- retirement_projection_total, North
SELECT year AS year, max(retirements) AS retirements, max(retirements_lower) AS retirements_lower, max(retirements_upper) AS retirements_upper 
FROM reporting.retirement_projection_total 
WHERE hospital IN ('North') GROUP BY year ORDER BY retirements DESC 
 LIMIT 10000;

-- recruitment_need_total, North
SELECT year AS year, max(recruitment_need) AS recruitment_need, max(need_lower) AS need_lower, max(need_upper) AS need_upper 
FROM reporting.recruitment_need_total 
WHERE hospital IN ('North') GROUP BY year ORDER BY recruitment_need DESC 
 LIMIT 10000;

-- retention_curve_total, North
SELECT years AS years, max(retained) AS retained, max(lower) AS lower, max(upper) AS upper 
FROM reporting.retention_curve_total 
WHERE hospital IN ('North') GROUP BY years ORDER BY retained DESC 
 LIMIT 10000;

-- competence_coverage_total, North
SELECT day AS day, max(coverage) AS coverage 
FROM reporting.competence_coverage_total 
WHERE hospital IN ('North') AND level IN ('(total)') GROUP BY day ORDER BY coverage DESC 
 LIMIT 10000;

