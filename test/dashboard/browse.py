"""browse.py PICTURE RECORD [HOSPITAL...]: opens the dashboard at SUPERSET_ADDRESS in headless Chromium, as it comes
and then with the filter set to each HOSPITAL, takes a picture of the first, and prints TAP: each chart has the rows that SQL
gives, and is drawn.  RECORD gets the SQL that Superset sent.  With --broken VIEW it succeeds if the
charts of that view are not drawn, and says so."""
import json
import math
import os
import subprocess
import sys
import time
import urllib.parse

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../demo/dashboard"))
from charts import CHARTS, EPOCHS, FILTER, TOTAL  # noqa: E402

# What each chart must have, asked of the views without Superset: {h} is the value of the filter.
SQL = {
    "employment_series_total": "SELECT period_end, headcount FROM reporting.employment_series_total WHERE hospital = {h}",
    "age_pyramid_total": "SELECT age, headcount FROM reporting.age_pyramid_total WHERE hospital = {h}",
    "retirement_projection_total": "SELECT year, retirements, retirements_lower, retirements_upper "
                                   "FROM reporting.retirement_projection_total WHERE hospital = {h}",
    "recruitment_need_total": "SELECT year, recruitment_need, need_lower, need_upper FROM reporting.recruitment_need_total WHERE hospital = {h}",
    "funnel_epochs": f"SELECT stage_no || ' ' || stage AS stage, epoch, cumulative FROM reporting.funnel_epochs WHERE epoch IN {EPOCHS}",
    "retention_curve_total": "SELECT years, retained, lower, upper FROM reporting.retention_curve_total WHERE hospital = {h}",
    "mobility_probabilities": "SELECT to_state, from_state, probability FROM reporting.mobility_probabilities",
    "competence_coverage_total": "SELECT day, coverage FROM reporting.competence_coverage_total WHERE hospital = {h} AND level = '(total)'",
}
# And of the demo's tables, without a view, where that is plain arithmetic.
PLAIN = {
    "age_pyramid_total": ("SELECT count(*) FROM employment WHERE start_date < '2023-06-01' AND (end_date >= '2023-06-01' OR end_date IS NULL)"
                                       " AND {h} IN (hospital, '(total)')"),
    "funnel_epochs": (f"SELECT sum(n::float8 / a) FROM (SELECT count(*) AS n, max(count(*)) OVER (PARTITION BY start_year) AS a FROM event "
                      f"WHERE start_year IN {EPOCHS} AND event IN ('applied', 'admitted', 'started', 'second term', 'graduated', 'employed here') GROUP BY start_year, event) AS s"),
}
SPY = """
window.answers = [];
const before = window.fetch;
window.fetch = async (...arguments_) => {
    const answer = await before(...arguments_);
    if (/chart\\/data/.test(answer.url)) {
        const body = await answer.clone().json().catch(() => ({}));
        const form = new URL(answer.url).searchParams.get('form_data');
        window.answers.push({slice: JSON.parse(form || '{}').slice_id, status: answer.status, body});
    }
    return answer;
};
"""
number = failed = 0


def ok(good, label, *why):
    global number, failed
    number += 1
    failed |= not good
    print("ok" if good else "not ok", number, "-", label)
    if not good:
        for line in why:
            print("#", str(line)[:600])


def psql(sql, hospital):
    literal = "'" + hospital.replace("'", "''") + "'"
    out = subprocess.run(["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-c",
                          "SELECT coalesce(json_agg(q), '[]') FROM (" + sql.replace("{h}", literal) + ") AS q"],
                         capture_output=True, text=True, check=True).stdout
    return json.loads(out)


def plain(value):
    """A value as it is compared: dates without a time, which the tool gives in milliseconds."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, (int, float)):
        if value > 1e11:
            return time.strftime("%Y-%m-%d", time.gmtime(value / 1000))
        return "nan" if math.isnan(value) else f"{value:.9g}"
    return str(value)


def cells(form, data):
    """{(place on the axis, series): value}, from rows with a column for each series or with one row for each."""
    x, by = form["x_axis"], form["groupby"]
    x = x["label"] if isinstance(x, dict) else x
    by = by[0] if isinstance(by, list) and by else by or None
    found = {}
    for row in data:
        for name, value in row.items():
            # "rank" is what colours a heat map.
            if name not in (x, by, "rank") and value is not None:
                found[plain(row[x]), plain(row[by]) if by in row else name] = plain(value)
    return found


class Browser:
    def __init__(self, directory):
        options = webdriver.ChromeOptions()
        options.binary_location = subprocess.run("command -v chromium || command -v google-chrome", shell=True, capture_output=True, text=True).stdout.strip()
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1800,1150",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={directory}"):
            options.add_argument(word)
        driver = subprocess.run(["sh", "-c", "command -v chromedriver"], capture_output=True, text=True).stdout.strip()
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        self.driver.set_script_timeout(120)
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SPY})

    def wait(self, what, seconds=240):
        WebDriverWait(self.driver, seconds, 0.5).until(what)

    def log_in(self, address, user, password):
        parts = urllib.parse.urlsplit(address)
        self.driver.get(f"{parts.scheme}://{parts.netloc}/login/")
        self.driver.execute_async_script(
            "fetch('/login/', {method: 'POST', body: new URLSearchParams({username: arguments[0], password: arguments[1]})})"
            ".then(arguments[2], arguments[2])", user, password)
        self.driver.get(address)

    def answers(self, charts):
        """Of each chart the last answer, once there are as many and nothing is loading."""
        def there(driver):
            found = {a["slice"] for a in driver.execute_script("return window.answers") if a["slice"]}
            return len(found) >= charts and not driver.find_elements(By.CSS_SELECTOR, "[data-test='loading-indicator']")
        try:
            self.wait(there)
        except Exception:
            self.driver.save_screenshot(os.environ.get("EF_STUCK", "/dev/null"))
            raise
        time.sleep(3)
        return {a["slice"]: a for a in self.driver.execute_script("return window.answers") if a["slice"]}

    def choose(self, value):
        self.driver.execute_script("window.answers = []")
        box = self.driver.find_element(By.CSS_SELECTOR, f"input#NATIVE_FILTER-{FILTER}")
        box.find_element(By.XPATH, "./ancestor::div[contains(@class, 'ant-select-selector')]").click()
        box.send_keys(value)
        self.wait(lambda d: [e for e in d.find_elements(By.CSS_SELECTOR, ".ant-select-item-option") if e.text == value], 60)
        box.send_keys(Keys.ENTER)
        button = self.driver.find_element(By.CSS_SELECTOR, "[data-test='filter-bar__apply-button']")
        self.wait(lambda d: button.is_enabled(), 60)
        button.click()


def main(picture, record, hospitals, broken):
    browser = Browser(os.path.join(os.path.dirname(record), "profile"))
    try:
        browser.log_in(os.environ["SUPERSET_ADDRESS"], os.environ["SUPERSET_USER"], os.environ["SUPERSET_PASSWORD"])
        sent, filtered = [], [c for c in CHARTS if "{h}" in SQL[c[1]]]
        for hospital in [TOTAL, *hospitals]:
            if hospital != TOTAL:
                browser.choose(hospital)
            wanted = CHARTS if hospital == TOTAL else filtered
            answers = browser.answers(len(wanted))
            if hospital == TOTAL:
                canvases = [e for e in browser.driver.find_elements(By.CSS_SELECTOR, "canvas") if e.size["height"] > 100 and e.size["width"] > 100]
                ok(len(canvases) == len(CHARTS) - len(broken), f"{len(CHARTS) - len(broken)} charts are drawn", len(canvases))
            for n, (title, view, form) in enumerate(CHARTS, 1):
                if (title, view, form) not in wanted:
                    continue
                answer = answers.get(n)
                label = f"{hospital}: {view}"
                if view in broken:
                    ok(answer is not None and answer["status"] != 200, f"{label}: broken, and the tool says so", answer)
                    continue
                if answer is None or answer["status"] != 200 or "result" not in answer["body"]:
                    ok(False, f"{label}: an answer", answer and answer["body"])
                    continue
                result = answer["body"]["result"][0]
                sent.append((view, hospital, result["query"].strip()))
                got, expected = cells(form, result["data"]), cells(form, psql(SQL[view], hospital))
                ok(got == expected and len(got) > 0, f"{label}: {len(got)} numbers, those of SQL", sorted(got.items())[:4], sorted(expected.items())[:4], len(expected))
                if view in PLAIN:
                    total, own = sum(float(v) for v in got.values()), list(psql(PLAIN[view], hospital)[0].values())[0]
                    ok(abs(total - float(own)) < 1e-6, f"{label}: {total:.6g} together, that of the table", own)
            if hospital == TOTAL:
                browser.driver.save_screenshot(picture)
        with open(record, "w") as file:
            for view, hospital, query in sent:
                file.write(f"-- {view}, {hospital}\n{query.rstrip(';')};\n\n")
    finally:
        browser.driver.quit()
    return failed


if __name__ == "__main__":
    words = sys.argv[1:]
    views = []
    while "--broken" in words:
        at = words.index("--broken")
        views.append(words[at + 1])
        del words[at:at + 2]
    status = main(words[0], words[1], words[2:], views)
    print(f"1..{number}")
    sys.exit(status)
