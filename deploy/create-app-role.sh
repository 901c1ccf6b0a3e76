#!/bin/sh
# Runs once, when PostgreSQL starts with an empty volume: the role of the service can log in, but owns nothing.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$FOOTHOLD_APP_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE foothold_app LOGIN NOINHERIT NOBYPASSRLS PASSWORD :'password';
SQL
