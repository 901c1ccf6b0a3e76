#!/bin/sh
# Runs once, when PostgreSQL starts with an empty volume. The role of the migrations is no superuser; it makes the role of
# the service itself, because since PostgreSQL 16 only a role's creator may alter it. The service's role owns nothing.
set -eu
psql --set ON_ERROR_STOP=1 --set owner_password="$FOOTHOLD_OWNER_PASSWORD" --set app_password="$FOOTHOLD_APP_PASSWORD" \
  --set database="$POSTGRES_DB" --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE foothold_owner LOGIN CREATEROLE NOSUPERUSER PASSWORD :'owner_password';
ALTER DATABASE :"database" OWNER TO foothold_owner;
SET ROLE foothold_owner;
CREATE ROLE foothold_app LOGIN NOINHERIT NOBYPASSRLS PASSWORD :'app_password';
SQL
