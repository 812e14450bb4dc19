"""build.py ADDRESS USER URI: registers the reporting views with the Superset at ADDRESS, whose USER has the
password SUPERSET_PASSWORD, and makes the dashboard of charts.py.  URI is the database, as SQLAlchemy has it.
Prints the path of the dashboard."""
import json
import os
import sys
import urllib.error
import urllib.request

from charts import CHARTS, FILTER, TOTAL


class Superset:
    def __init__(self, address, user, password):
        self.address, self.token = address, None
        self.token = self.post("security/login", {"username": user, "password": password, "provider": "db"})["access_token"]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {}))
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"build.py: {method} {path}: {error.code} {error.read().decode()[:1000]}") from None

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body):
        return self.ask("POST", path, body)


def build(superset, uri):
    database = superset.post("database/", {"database_name": "education_flow", "sqlalchemy_uri": uri})["id"]
    datasets, columns = {}, {}
    for _, view, _ in CHARTS:
        if view not in datasets:
            datasets[view] = superset.post("dataset/", {"database": database, "schema": "reporting", "table_name": view})["id"]
            columns[view] = {c["column_name"] for c in superset.get(f"dataset/{datasets[view]}")["result"]["columns"]}
    dashboard = superset.post("dashboard/", {"dashboard_title": "Workforce and education", "slug": "education_flow", "published": True})["id"]

    charts = []
    for title, view, form in CHARTS:
        form = {**form, "datasource": f"{datasets[view]}__table"}
        charts.append(superset.post("chart/", {
            "slice_name": title, "viz_type": form["viz_type"], "datasource_id": datasets[view], "datasource_type": "table",
            "params": json.dumps(form), "dashboards": [dashboard]})["id"])

    # Two rows of four.
    position = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": "Workforce and education"}},
    }
    for n, (chart, (title, _, _)) in enumerate(zip(charts, CHARTS)):
        row = f"ROW-{n // 4}"
        if row not in position:
            position[row] = {"type": "ROW", "id": row, "children": [], "parents": ["ROOT_ID", "GRID_ID"],
                             "meta": {"background": "BACKGROUND_TRANSPARENT"}}
            position["GRID_ID"]["children"].append(row)
        position[row]["children"].append(f"CHART-{chart}")
        position[f"CHART-{chart}"] = {"type": "CHART", "id": f"CHART-{chart}", "children": [], "parents": ["ROOT_ID", "GRID_ID", row],
                                      "meta": {"chartId": chart, "width": 3, "height": 42, "sliceName": title}}
    filtered = [view for view in datasets if FILTER in columns[view]]
    without = [chart for chart, (_, view, _) in zip(charts, CHARTS) if view not in filtered]
    metadata = {
        "positions": position, "cross_filters_enabled": False, "default_filters": "{}", "color_scheme": "supersetColors",
        "native_filter_configuration": [{
            "id": f"NATIVE_FILTER-{FILTER}", "type": "NATIVE_FILTER", "filterType": "filter_select", "name": FILTER.capitalize(),
            "targets": [{"datasetId": datasets[filtered[0]], "column": {"name": FILTER}}],
            "controlValues": {"enableEmptyFilter": True, "multiSelect": False, "defaultToFirstItem": False,
                              "searchAllOptions": False, "inverseSelection": False, "sortAscending": True},
            "defaultDataMask": {"filterState": {"value": [TOTAL], "label": TOTAL},
                                "extraFormData": {"filters": [{"col": FILTER, "op": "IN", "val": [TOTAL]}]}},
            "cascadeParentIds": [], "scope": {"rootPath": ["ROOT_ID"], "excluded": without}}],
    }
    superset.ask("PUT", f"dashboard/{dashboard}", {"json_metadata": json.dumps(metadata), "position_json": json.dumps(position)})
    return "/superset/dashboard/education_flow/"


if __name__ == "__main__":
    address, user, uri = sys.argv[1:]
    print(build(Superset(address, user, os.environ["SUPERSET_PASSWORD"]), uri))
