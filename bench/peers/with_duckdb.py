"""DuckDB: one COPY statement, which the race hands over."""

import sys

import duckdb
import task

task.run({"duckdb": duckdb.__version__}, lambda *_: duckdb.sql(sys.argv[5]))
