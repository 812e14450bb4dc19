"""Superset's settings for the demo: everything of one run is in one directory, and nothing is sent anywhere."""
import os

HOME = os.environ["SUPERSET_HOME"]
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME}/superset.db?check_same_thread=false"
APP_NAME = "education_flow"
# The dashboard is made through the API, and the browser's session is the only one.
WTF_CSRF_ENABLED = False
SESSION_COOKIE_SAMESITE = "Strict"
TALISMAN_ENABLED = True
WARN_TALISMAN = False
# Each look at a chart is a query: what the page shows is what the views say now.
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
RATELIMIT_ENABLED = False
ROW_LIMIT = 10000
