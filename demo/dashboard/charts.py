"""The dashboard of the demo: eight charts of the reporting views, and the filter that they share.

A view whose name ends in _total has a row for each group and for the totals, so nothing is added up: each chart
asks for the greatest of one value, and the filter sets each grouping column to one of its values."""


def metric(column, label=None):
    return {"expressionType": "SIMPLE", "column": {"column_name": column}, "aggregate": "MAX",
            "label": label or column, "hasCustomLabel": True}


def only(column, *values):
    return {"expressionType": "SIMPLE", "clause": "WHERE", "subject": column, "operator": "IN",
            "comparator": list(values)}


def drawn(kind, x, metrics, by=(), where=(), percent=False, **more):
    """A chart over an axis."""
    return {"viz_type": "echarts_timeseries_" + kind, "x_axis": x, "metrics": metrics, "groupby": list(by),
            "adhoc_filters": list(where), "row_limit": 10000, "xAxisForceCategorical": x not in DAYS, "x_axis_sort_asc": True,
            "show_legend": True, "legendType": "scroll", "legendOrientation": "top", "rich_tooltip": True,
            "truncate_metric": True, "truncateYAxis": False, "y_axis_bounds": [0, 1 if percent else None], "y_axis_format": ".0%" if percent else "SMART_NUMBER",
            "x_axis_time_format": "%Y-%m-%d", "show_empty_columns": True, "comparison_type": "values",
            "order_desc": True, "sort_series_type": "name", "sort_series_ascending": True,
            "color_scheme": "supersetColors", **more}


FILTER = "hospital"
# What is a day on an axis is placed by its time.
DAYS = ("day", "period_end")
TOTAL = "(total)"
# The last round whose four years are over, beside the first one.
EPOCHS = (2016, 2019)
# Superset orders words by their letters, so that the number comes first.
STAGE = {"expressionType": "SQL", "label": "stage", "sqlExpression": "stage_no || ' ' || stage"}

# Title, view, form; whether the filter on hospitals is for it follows from the columns of the view.
CHARTS = [
    ("Headcount by month (personalstyrka)", "employment_series_total",
     drawn("line", "period_end", [metric("headcount")])),
    ("Age pyramid (åldersfördelning)", "age_pyramid_total",
     drawn("bar", "age", [metric("headcount")])),
    ("Retirements to come (pensionsavgångar)", "retirement_projection_total",
     drawn("line", "year", [metric("retirements"), metric("retirements_lower"), metric("retirements_upper")])),
    ("Recruitment need (rekryteringsbehov)", "recruitment_need_total",
     drawn("bar", "year", [metric("recruitment_need"), metric("need_lower"), metric("need_upper")])),
    ("Two rounds of the programme (genomströmning)", "funnel_epochs",
     drawn("bar", STAGE, [metric("cumulative", "share who reach it")], by=["epoch"], where=[only("epoch", *EPOCHS)],
           percent=True, xAxisLabelRotation=45)),
    ("How many are still there (kvarvaro)", "retention_curve_total",
     drawn("line", "years", [metric("retained"), metric("lower"), metric("upper")], percent=True)),
    ("Where people are a year later (övergångar)", "mobility_probabilities",
     {"viz_type": "heatmap_v2", "x_axis": "to_state", "groupby": "from_state", "metric": metric("probability"),
      "adhoc_filters": [], "row_limit": 1000, "sort_x_axis": "alpha_asc", "sort_y_axis": "alpha_desc",
      "normalize_across": "heatmap", "linear_color_scheme": "schemeBlues", "show_values": True, "show_legend": True,
      "y_axis_format": ".1%", "legend_type": "continuous", "left_margin": "auto", "bottom_margin": "auto",
      "value_bounds": [None, None], "xscale_interval": -1, "yscale_interval": -1}),
    ("Certificates that are valid (täckningsgrad)", "competence_coverage_total",
     drawn("line", "day", [metric("coverage")], where=[only("level", TOTAL)], percent=True)),
]
