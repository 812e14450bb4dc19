#!/bin/bash
# sdmx1 2.28.0 with pandas 3.1.1.
#
# One would guess that the standard time periods of SDMX become the days on which they begin, as 2020-Q2 becomes
# 1 April.  The reporting months 2020-M01 and 2020-M02 become the first two seconds of 1 January, and the second four
# months of the year, 2020-T2, begin on 1 February.  (Half-years and weeks are refused.)
#
# Seen:  2020-Q2: 2020-04-01 00:00:00; 2020-M02: 2020-01-01 00:00:02; 2020-T2: 2020-02-01 00:00:00
#
# Fails if that is no longer so.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --disable-pip-version-check sdmx1==2.28.0 pandas==3.1.1
"$dir/venv/bin/python" -W ignore - <<'PY' | tee "$dir/seen"
import io
import logging
logging.disable(logging.CRITICAL)
import sdmx
STRUCTURE = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=TEST:STAFF(1.0)"
SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
def begin(period):
    message = f"""<?xml version="1.0"?>
<m:StructureSpecificData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:m="{SCHEMAS}/message"
 xmlns:s="{SCHEMAS}/data/structurespecific" xmlns:c="{SCHEMAS}/common" xmlns:d="{STRUCTURE}:ObsLevelDim:TIME_PERIOD">
<m:Header><m:ID>staff</m:ID><m:Test>true</m:Test><m:Prepared>2020-12-31T00:00:00</m:Prepared><m:Sender id="test"/>
<m:Structure structureID="STAFF" namespace="{STRUCTURE}" dimensionAtObservation="TIME_PERIOD">
<c:Structure><Ref id="STAFF" agencyID="TEST" version="1.0"/></c:Structure></m:Structure></m:Header>
<m:DataSet s:structureRef="STAFF" xsi:type="d:DataSetType" s:dataScope="DataStructure" action="Information">
<Series PROFESSION="nurse"><Obs TIME_PERIOD="{period}" OBS_VALUE="7"/></Series></m:DataSet></m:StructureSpecificData>"""
    data = sdmx.read_sdmx(io.BytesIO(message.encode())).data[0]
    return sdmx.to_pandas(data, datetime="TIME_PERIOD").index[0]
print("; ".join(f"{period}: {begin(period)}" for period in ("2020-Q2", "2020-M02", "2020-T2")))
PY
[ "$(cat "$dir/seen")" = '2020-Q2: 2020-04-01 00:00:00; 2020-M02: 2020-01-01 00:00:02; 2020-T2: 2020-02-01 00:00:00' ]
