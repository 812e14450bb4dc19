-- Once per database (its name in the place of education_flow_demo).
CREATE SCHEMA education_flow;
CREATE EXTENSION education_flow SCHEMA education_flow;
ALTER DATABASE education_flow_demo SET search_path = public, education_flow;
SET search_path = public, education_flow;
